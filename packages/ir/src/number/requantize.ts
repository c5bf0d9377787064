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
 * `v` times a {@link QuantizedMultiplier}: `v` is shifted left by a positive exponent; its product with the mantissa is shifted right by
 * 31, halves up; a negative exponent then shifts right by `rounding`.
 *
 * Numbers of 32 bits go as in gemmlowp and TensorFlow Lite: the left shift wraps at 32 bits, and the product is clamped to 32 bits
 * (only -2^31 by -2^31 needs it). Wider ones, which these do not know, neither wrap nor are clamped.
 */
export function multiplyByQuantizedMultiplier(
  v: number,
  { mantissa, exponent }: QuantizedMultiplier,
  rounding: RoundingMode = 'half-away-from-zero',
): number {
  const whole = Math.trunc(v)
  const isNarrow = whole >= -(2 ** 31) && whole <= 2 ** 31
  const high = isNarrow ? highOf32(whole, mantissa, exponent) : multiplyShift(whole * 2 ** Math.max(0, exponent), mantissa, 31)
  return exponent < 0 ? shiftRight(high, -exponent, rounding) : high
}

function highOf32(whole: number, mantissa: number, exponent: number): number {
  const raised = exponent > 0 ? whole << exponent : whole
  return Math.max(-2147483648, Math.min(2147483647, multiplyShift(raised, mantissa, 31)))
}
