import { QError } from '../errors.ts'
import { roundHalfAway } from './rounding.ts'

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
