import type { MultiplierEncoding } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { quantizedMultiplier } from './quantized-multiplier.ts'
import { quantizedScale } from './quantized-scale.ts'
import { scaleShift } from './scale-shift.ts'

/** A factor as integers, and how the operators that use them requantize (their attribute `requantize`). */
export interface EncodedFactor {
  readonly requantize: 'multiplier-shift' | 'quantized-multiplier' | 'shift'
  readonly multiplier: number
  /** Right shift; negative means left. */
  readonly shift: number
}

/**
 * A positive factor between scales as a chip encodes it.
 *
 * @throws QError `MULTIPLIER_OUT_OF_RANGE` when the factor is not finite, or too large for the encoding
 */
export function encodeFactor(factor: number, encoding: MultiplierEncoding): EncodedFactor {
  switch (encoding.kind) {
    case 'scale-shift': {
      const { bits, range } = encoding
      return { requantize: 'multiplier-shift', ...scaleShift(factor, { bits, ...(range === undefined ? {} : { range }) }) }
    }
    case 'doubling':
      return {
        requantize: 'multiplier-shift',
        ...quantizedScale(factor, encoding.largest === undefined ? {} : { largest: encoding.largest }),
      }
    case 'quantized-multiplier': {
      const { mantissa, exponent } = quantizedMultiplier(factor)
      return { requantize: 'quantized-multiplier', multiplier: mantissa, shift: 0 - exponent }
    }
    case 'shift': {
      const shift = -Math.round(Math.log2(factor))
      if (Number.isFinite(shift)) return { requantize: 'shift', multiplier: 1, shift: shift + 0 }
      throw new QError('MULTIPLIER_OUT_OF_RANGE', `no shift stands for the factor ${factor}`, {
        found: String(factor),
        wanted: 'a finite factor above zero',
        hint: 'look at the ranges of this node: one of them is zero or far too large',
      })
    }
  }
}

/** The largest multiplier that an encoding has. */
export function largestMultiplierOf(encoding: MultiplierEncoding): number {
  switch (encoding.kind) {
    case 'scale-shift':
      return encoding.bits === 8 ? 127 : 2 ** 31 - 1
    case 'doubling':
      return encoding.largest ?? 127
    case 'quantized-multiplier':
      return 2 ** 31 - 1
    case 'shift':
      return 1
  }
}
