import type { Fused } from './fused.ts'

/** What makes a number of a byte: `byte * scale + bias`. */
export interface Normalizing {
  readonly scale: number
  readonly bias: number
}

/** `(byte - mean) * scale` of each channel, in the order of the picture. */
export function normalizingOf({ preprocess: { mean, scale }, isReversed }: Fused, channels: number): readonly Normalizing[] {
  const of = (list: readonly number[], c: number, usual: number): number => list[list.length === 1 ? 0 : c] ?? usual
  const each = Array.from({ length: channels }, (_, c) => ({ scale: of(scale, c, 1), bias: -(of(scale, c, 1) * of(mean, c, 0)) }))
  return isReversed ? each.reverse() : each
}
