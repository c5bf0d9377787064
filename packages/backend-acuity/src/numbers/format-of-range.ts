import { integerRange, roundHalfEven, saturate } from '@q/ir/number'
import type { AffineFormat, CodeType, FixedPointFormat } from './number-format.ts'
import { bitsOf } from './number-format.ts'

/** The smallest and the largest number that a tensor was seen to hold. */
export interface NumberRange {
  readonly min: number
  readonly max: number
}

const f = Math.fround

/** The smallest normal float32: the scale of what is zero throughout, as one of the vendor's generators writes it. */
const smallestNormal = 2 ** -126

/**
 * The format of `asymmetric_affine`: `scale = (max - min) / (2^bits - 1)`, `zeroPoint = clamp(rint(least - min / scale))`, in float32 (spec/acuity.md 4.1).
 *
 * The range is taken as it is, as the chip's library does; a calibrator widens it to hold zero first, see {@link withZero}. A range of one number, which no calibration
 * has reached, gets the scale 1 and the least code as zero point.
 */
export function asymmetricFormat({ min, max }: NumberRange, type: CodeType): AffineFormat {
  const codes = integerRange(type)
  const scale = f(f(f(max) - f(min)) / (codes.max - codes.min))
  if (scale === 0) return { type, scale: 1, zeroPoint: codes.min }
  return { type, scale, zeroPoint: saturate(roundHalfEven(f(codes.min - f(f(min) / scale))), type) }
}

/** The format of `symmetric_affine`, and of one channel of `perchannel_symmetric_affine`: `scale = max|x| / most`, zero point 0, in float32 (spec/acuity.md 4.1). */
export function symmetricFormat(range: NumberRange, type: Exclude<CodeType, 'u8'>): AffineFormat {
  const scale = f(largestOf(range) / integerRange(type).max)
  return { type, scale: scale === 0 ? smallestNormal : scale, zeroPoint: 0 }
}

/**
 * The format of `dynamic_fixed_point`: `fl = bits - 1 - ceil(log2(max|x|))` (spec/acuity.md 4.1). A largest number that is a power of two itself has no code and takes
 * that below it. Of zeros alone the point stands behind the last bit.
 */
export function fixedPointFormat(range: NumberRange, type: Exclude<CodeType, 'u8'>): FixedPointFormat {
  const largest = largestOf(range)
  return { type, fl: largest === 0 ? 0 : bitsOf[type] - 1 - ceilLog2(largest) }
}

/** The range, made to hold zero. */
export const withZero = ({ min, max }: NumberRange): NumberRange => ({ min: Math.min(0, min), max: Math.max(0, max) })

const largestOf = ({ min, max }: NumberRange): number => f(Math.max(Math.abs(min), Math.abs(max)))

/** The least whole number whose power of two is not below `x`; of float32 numbers, without a logarithm that rounds. */
function ceilLog2(x: number): number {
  let exponent = Math.floor(Math.log2(x))
  while (2 ** exponent < x) exponent++
  while (2 ** (exponent - 1) >= x) exponent--
  return exponent
}
