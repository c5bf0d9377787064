import { roundHalfAway } from './rounding.ts'

/** A factor as `mantissa` / 2^31 times 2^`exponent`. */
export interface QuantizedMultiplier {
  /** 0, or 2^30 to 2^31 - 1 in size. */
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
  let [fraction, exponent] = splitDouble(d)
  let mantissa = roundHalfAway(fraction * 2 ** 31)
  if (mantissa === 2 ** 31) {
    mantissa /= 2
    exponent++
  }
  if (exponent < -31) return { mantissa: 0, exponent: 0 }
  if (exponent > 30) return { mantissa: 2147483647, exponent: 30 }
  return { mantissa, exponent }
}

/** C `frexp`: the fraction (1/2 to 1 in size) and the exponent of two. */
function splitDouble(d: number): [fraction: number, exponent: number] {
  let exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(d))) + 1)
  let fraction = d / 2 ** exponent
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2
    exponent--
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2
    exponent++
  }
  return [fraction, exponent]
}
