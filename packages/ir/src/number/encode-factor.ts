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
 * A factor between scales as a chip encodes it; `scale-shift` and `quantized-multiplier` take negative ones too.
 *
 * A factor that is too small for the encoding becomes 0, the nearest it has; `shift` is nearest on the logarithm, where 1.45 is nearer to 2 than to 1.
 *
 * @throws QError `MULTIPLIER_OUT_OF_RANGE` when the factor is not finite, too large for the encoding, negative where it has no sign, or 0 for `shift`
 */
export function encodeFactor(factor: number, encoding: MultiplierEncoding): EncodedFactor {
  switch (encoding.kind) {
    case 'scale-shift': {
      const { bits, range } = encoding
      return { requantize: 'multiplier-shift', ...scaleShift(factor, { bits, ...(range === undefined ? {} : { range }) }) }
    }
    case 'doubling': {
      const largest = largestMultiplierOf(encoding)
      mustFit(factor, 0, largest, encoding.kind)
      return { requantize: 'multiplier-shift', ...quantizedScale(factor, { largest, rounding: encoding.rounding ?? 'toward-zero' }) }
    }
    case 'quantized-multiplier': {
      mustFit(factor, -largestQuantizedMultiplier, largestQuantizedMultiplier, encoding.kind)
      const { mantissa, exponent } = quantizedMultiplier(factor)
      return { requantize: 'quantized-multiplier', multiplier: mantissa, shift: 0 - exponent }
    }
    case 'shift': {
      mustFit(factor, Number.MIN_VALUE, 2 ** farthestShift, encoding.kind)
      const shift = -Math.round(Math.log2(factor))
      return { requantize: 'shift', multiplier: 1, shift: shift + 0 }
    }
  }
}

/** Of 31 bits and the exponent 30, as {@link quantizedMultiplier} has them. */
const largestQuantizedMultiplier = (2 ** 31 - 1) / 2
/** To the left: a sum of 32 bits has no more. */
const farthestShift = 31

function mustFit(factor: number, least: number, largest: number, kind: MultiplierEncoding['kind']): void {
  if (factor >= least && factor <= largest) return
  throw new QError('MULTIPLIER_OUT_OF_RANGE', `no factor of the encoding ${kind} stands for ${factor}`, {
    found: String(factor),
    wanted: `a factor from ${least} to ${largest}`,
    hint: 'look at the ranges of this node: one of them is zero or far too large',
    kind: 'tolerance',
  })
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
