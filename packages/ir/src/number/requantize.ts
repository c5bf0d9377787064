import type { QuantizedMultiplier } from './quantized-multiplier.ts'
import { type RoundingMode, roundTo } from './rounding.ts'
import { shiftRight, shiftRightBig } from './shift-right.ts'

/**
 * v multiplier / 2^shift, rounded: integer requantization.
 *
 * `v` is an integer for the chip, so its fraction is cut off first (TPU-MLIR 1.30.2 behaviour). Exact as long as the product fits
 * 64 bits: in doubles up to 2^53, in `BigInt` above.
 */
export function multiplyShift(v: number, multiplier: number, shift: number, rounding: RoundingMode = 'half-up'): number {
  const whole = Math.trunc(v)
  const product = whole * multiplier
  if (product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER) return shiftRight(product, shift, rounding)
  if (!Number.isFinite(product)) return product
  return Number(shiftRightBig(BigInt(whole) * BigInt(multiplier), shift, rounding))
}

/**
 * The same with float32 arithmetic: the product is rounded to float32, then the quotient, then the integer is made
 * (TPU-MLIR 1.30.2 behaviour for chips with 16-bit float units).
 */
export function multiplyShiftFloat32(v: number, multiplier: number, shift: number, rounding: RoundingMode = 'half-up'): number {
  const product = Math.fround(Math.fround(Math.trunc(v)) * Math.fround(multiplier))
  return roundTo(Math.fround(product / 2 ** shift), rounding)
}

/**
 * `v` times a {@link QuantizedMultiplier} in 32-bit integers, as in gemmlowp and TensorFlow Lite.
 *
 * A positive exponent shifts `v` left first (wrapping at 32 bits); the product with the mantissa is shifted right by 31, halves
 * up, and clamped to 32 bits; a negative exponent then shifts right by `rounding`.
 */
export function multiplyByQuantizedMultiplier(
  v: number,
  { mantissa, exponent }: QuantizedMultiplier,
  rounding: RoundingMode = 'half-away-from-zero',
): number {
  const whole = Math.trunc(v)
  const raised = exponent > 0 ? whole << exponent : whole
  const high = Math.max(-2147483648, Math.min(2147483647, multiplyShift(raised, mantissa, 31)))
  return exponent < 0 ? shiftRight(high, -exponent, rounding) : high
}
