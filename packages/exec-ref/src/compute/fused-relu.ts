import { reluEnd } from '@q/ir/ops'
import type { KernelCall, Numbers } from '../kernel.ts'

/** Applies the ReLU that may end a float operator, in place. */
export function fuseRelu(call: KernelCall, data: Numbers): Numbers {
  return call.attrs['relu'] === true ? clampRelu(data, call.attrs['reluLimit'] as number | undefined) : data
}

/** `max(0, x)`, capped by a limit, in place. NaN stays. */
export function clampRelu(data: Numbers, limit: number | undefined): Numbers {
  const cap = reluEnd(limit ?? -1)
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!
    if (x <= 0) data[i] = 0
    else if (x > cap) data[i] = cap
  }
  return data
}
