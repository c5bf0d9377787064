import type { CodeStorage } from '../contracts/scheme.ts'
import { QError } from '../errors.ts'
import { roundHalfAway, roundHalfEven } from './rounding.ts'

/** Bits of a quantized activation. */
export type QuantBits = 4 | 8 | 16

/** How codes and numbers go together: number = scale (code - zeroPoint). */
export interface AffineParams {
  readonly scale: number
  readonly zeroPoint: number
  /** Whether codes are signed. */
  readonly signed: boolean
}

/**
 * The scale that maps `threshold` to the largest code: threshold / (2^(bits-1) - 1) for signed codes, threshold / (2^bits - 1) for
 * unsigned ones, in double. The code -2^(bits-1) is left out of the scale, though not out of the range.
 */
export function symmetricScale(threshold: number, { bits, signed }: { readonly bits: QuantBits; readonly signed: boolean }): number {
  return threshold / (2 ** (signed ? bits - 1 : bits) - 1)
}

/**
 * Scale, zero point and sign of codes for numbers from `min` to `max` (TPU-MLIR 1.30.2 behaviour, all in double).
 *
 * Codes are signed when `min` is negative. Symmetric: the {@link symmetricScale} of max(|min|, |max|), zero point 0.
 * Asymmetric: the whole range is stretched over all codes and the zero point is rounded (halves away from zero); when it falls
 * outside the codes it becomes the nearest code and the scale follows from the far end of the range.
 *
 * @throws QError `RANGE_INVALID` when a bound is not finite, `min` is above `max`, or an asymmetric range is [0, 0].
 */
export function quantParams(
  { min, max }: { readonly min: number; readonly max: number },
  { bits, symmetric }: { readonly bits: QuantBits; readonly symmetric: boolean },
): AffineParams {
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max || (!symmetric && min === 0 && max === 0)) {
    throw new QError('RANGE_INVALID', `no scale follows from the range ${min} to ${max}`, {
      found: `min ${min}, max ${max}`,
      wanted: symmetric ? 'finite numbers, min not above max' : 'finite numbers, min not above max, not both 0',
      hint: 'calibrate again, or mend this row of the calibration table',
    })
  }
  const signed = min < 0
  if (symmetric) {
    return { scale: symmetricScale(Math.max(Math.abs(min), Math.abs(max)), { bits, signed }), zeroPoint: 0, signed }
  }
  const qmin = signed ? -(2 ** (bits - 1)) : 0
  const qmax = qmin + 2 ** bits - 1
  const scale = (max - min) / (qmax - qmin)
  const exact = qmin - min / scale
  if (exact < qmin) return { scale: max / (qmax - qmin), zeroPoint: qmin, signed }
  if (exact > qmax) return { scale: min / (qmin - qmax), zeroPoint: qmax, signed }
  return { scale, zeroPoint: roundHalfAway(exact), signed }
}

/**
 * Scale, zero point and sign of codes for numbers from `min` to `max`, for any way to store them.
 *
 * Signs by range with scales that are exact are {@link quantParams}. Otherwise, with Q codes from qmin to qmax: symmetric codes have the scale
 * t / qmax, t being the largest magnitude (unsigned ones: of the positive side, or with a zero point in the `middle`, m = 2^(bits-1), t / (m - 1));
 * codes with a zero point have (max - min) / (qmax - qmin) over the range widened to hold 0, and the zero point qmin - min / scale, halves
 * away from zero. A `power-of-two` scale is the least one that is not smaller, a `fixed-point` one the least power of two that is not below t / 2^(bits-1).
 * In `single` arithmetic every step is rounded to float32, the zero point is rounded half to even, and a range of zeros has the scale 1.
 *
 * @throws QError `RANGE_INVALID` as {@link quantParams}
 */
export function codeParams(range: { readonly min: number; readonly max: number }, storage: CodeStorage): AffineParams {
  const { bits, sign, zeroPoint, scale: kind = 'exact', arithmetic = 'double' } = storage
  if (sign === 'by-range' && kind === 'exact' && zeroPoint !== 'middle') {
    return quantParams(range, { bits, symmetric: zeroPoint === 'none' })
  }
  const { signed: negative } = quantParams(range, { bits, symmetric: true })
  const signed = sign === 'by-range' ? negative : sign === 'signed'
  const qmin = signed ? -(2 ** (bits - 1)) : 0
  const qmax = qmin + 2 ** bits - 1
  const isSingle = arithmetic === 'single'
  const digits = isSingle ? Math.fround : (x: number): number => x
  const rounded = (scale: number): number => {
    if (scale === 0) return isSingle ? 1 : 0
    return kind === 'exact' ? scale : leastPowerOfTwo(scale)
  }
  if (zeroPoint === 'by-range') {
    const [min, max] = [digits(Math.min(range.min, 0)), digits(Math.max(range.max, 0))]
    const scale = rounded(digits(digits(max - min) / (qmax - qmin)))
    const exact = digits(qmin - digits(min / scale))
    const nearest = isSingle ? roundHalfEven(exact) : roundHalfAway(exact)
    return { scale, zeroPoint: scale === 0 ? 0 : Math.max(qmin, Math.min(qmax, nearest)), signed }
  }
  const middle = zeroPoint === 'middle' && !signed
  const magnitude = digits(!signed && !middle ? Math.max(range.max, 0) : Math.max(Math.abs(range.min), Math.abs(range.max)))
  const steps = kind === 'fixed-point' ? 2 ** (bits - 1) : middle ? 2 ** (bits - 1) - 1 : qmax
  return { scale: rounded(digits(magnitude / steps)), zeroPoint: middle ? 2 ** (bits - 1) : 0, signed }
}

function leastPowerOfTwo(scale: number): number {
  const power = 2 ** Math.floor(Math.log2(scale))
  return power >= scale ? power : power * 2
}
