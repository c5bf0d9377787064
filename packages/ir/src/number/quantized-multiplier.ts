import { roundHalfAway } from './rounding.ts'

/** A factor as `mantissa` / 2^31 times 2^`exponent`. */
export interface QuantizedMultiplier {
  /** 0, or 2^30 to 2^31 - 1 in size; -2^31 where a negative one rounds to it. */
  readonly mantissa: number
  readonly exponent: number
}

/**
 * A factor as a 31-bit mantissa and an exponent, as in gemmlowp and TensorFlow Lite (`QuantizeMultiplier`).
 *
 * d = q 2^k with 1/2 <= |q| < 1 gives round(q 2^31), halves away from zero, and k. Exponents below -31 give zero; above 30 the
 * largest factor that can be held.
 */
export function quantizedMultiplier(d: number): QuantizedMultiplier {
  if (d === 0) return { mantissa: 0, exponent: 0 }
  let exponent = exponentOf(d)
  let mantissa = roundHalfAway((d / 2 ** exponent) * 2 ** 31)
  if (mantissa === 2 ** 31) {
    mantissa /= 2
    exponent++
  }
  if (exponent < -31) return { mantissa: 0, exponent: 0 }
  if (exponent > 30) return { mantissa: 2147483647, exponent: 30 }
  return { mantissa, exponent }
}

/** The exponent of two that C's `frexp` gives: that of the first power above |d|. */
function exponentOf(d: number): number {
  const size = Math.abs(d)
  const exponent = Math.floor(Math.log2(size)) + 1
  // Next below a power of two the logarithm may be that of the power.
  return size < 2 ** (exponent - 1) ? exponent - 1 : exponent
}
