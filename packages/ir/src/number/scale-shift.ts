import { QError } from '../errors.ts'
import { roundHalfAway } from './rounding.ts'

/** A factor as an integer and a shift: x = multiplier / 2^shift. */
export interface MultiplierAndShift {
  readonly multiplier: number
  /** Right shift; negative means left. */
  readonly shift: number
}

/** How wide the multiplier of `scaleShift` may be, and which range it has. */
export interface ScaleShiftOptions {
  /** Width of the multiplier: 32, or anything else for a signed byte (at most 126 in size). */
  readonly bits: number
  /** `general` tries shifts from -32, `positive` from 0. @default 'general' */
  readonly range?: 'general' | 'positive'
  /** With it shifts from 0 to `maxShift` - 1 are tried, whatever `range` says. */
  readonly maxShift?: number
}

/**
 * The multiplier and shift whose quotient is nearest to the factor `x` (TPU-MLIR 1.30.2 behaviour).
 *
 * `x` is taken as float32. Each shift n up to 30 is tried with the multiplier round(x 2^n), halves away from zero; a multiplier
 * must stay below 2^31 - 1, or below 127 for 8 bits; the smallest n of those with the least float32 error wins. With 32 bits the
 * quotient is x itself unless x has digits below 2^-30.
 *
 * @throws QError `MULTIPLIER_OUT_OF_RANGE` when `x` is not finite or too large for every shift.
 */
export function scaleShift(x: number, { bits, range = 'general', maxShift }: ScaleShiftOptions): MultiplierAndShift {
  const factor = Math.fround(x)
  const limit = bits === 32 ? 2147483647 : 127
  const first = range === 'positive' || maxShift !== undefined ? 0 : -32
  const last = maxShift === undefined ? 30 : maxShift - 1
  let least = Infinity
  let best: MultiplierAndShift | undefined
  for (let shift = first; shift <= last; shift++) {
    const multiplier = roundHalfAway(factor * 2 ** shift)
    const error = Math.fround(Math.abs(multiplier / 2 ** shift - factor))
    if (error < least && Math.abs(multiplier) < limit) {
      least = error
      best = { multiplier, shift }
    }
  }
  if (best === undefined) {
    const width = bits === 32 ? 32 : 8
    throw new QError('MULTIPLIER_OUT_OF_RANGE', `no ${width}-bit multiplier and shift from ${first} to ${last} stand for the factor ${x}`, {
      found: String(x),
      wanted: 'a finite factor small enough for the multiplier',
      hint: 'look at the ranges of this node: one of them is zero or far too large',
      kind: 'tolerance',
    })
  }
  return best
}
