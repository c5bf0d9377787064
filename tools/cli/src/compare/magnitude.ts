import type { Tensor } from '@q/ir'

/** The largest finite magnitude among elements. */
export function magnitude(values: Tensor['data']): number {
  let most = 0
  for (let i = 0; i < values.length; i++) {
    const each = Math.abs(Number(values[i]))
    if (each > most && each !== Number.POSITIVE_INFINITY) most = each
  }
  return most
}
