import { quantizedMultiplier } from './quantized-multiplier.ts'
import type { MultiplierAndShift } from './scale-shift.ts'

/** How wide the multiplier of `quantizedScale` may be. */
export interface QuantizedScaleOptions {
  /** Give a 31-bit mantissa (see {@link quantizedMultiplier}) instead of a multiplier up to `largest`. @default false */
  readonly mantissa?: boolean
  /** The largest multiplier without `mantissa`. @default 127 */
  readonly largest?: number
  /** How the multiplier becomes whole without `mantissa`; `nearest` has halves go up. @default 'toward-zero' */
  readonly rounding?: 'toward-zero' | 'nearest'
}

/**
 * The multiplier and right shift of a factor, found by doubling it (TPU-MLIR 1.30.2 behaviour, used by chips whose multiplier is
 * a byte).
 *
 * Without `mantissa`: the smallest shift r of 0 to 62 for which one more doubling would reach `largest`, and q 2^r, cut off or `rounding`;
 * factors above `largest` give (`largest`, 0); nothing found gives (0, 0). With `mantissa`: factors from 1 on count
 * as 0.999999, then the mantissa and minus its exponent.
 */
export function quantizedScale(
  q: number,
  { mantissa = false, largest = 127, rounding = 'toward-zero' }: QuantizedScaleOptions = {},
): MultiplierAndShift {
  if (mantissa) {
    const found = quantizedMultiplier(q >= 1 ? 0.999999 : q)
    return { multiplier: found.mantissa, shift: 0 - found.exponent }
  }
  if (q > largest) return { multiplier: largest, shift: 0 }
  const whole = rounding === 'nearest' ? Math.round : Math.trunc
  for (let shift = 0; shift <= 62; shift++) {
    if (q * 2 ** (shift + 1) >= largest) return { multiplier: whole(q * 2 ** shift), shift }
  }
  return { multiplier: 0, shift: 0 }
}

/**
 * The signed byte for a factor at a shift found elsewhere: trunc(q 2^shift), the lower eight bits as a signed number
 * (TPU-MLIR 1.30.2 behaviour).
 */
export function byteMultiplier(q: number, shift: number): number {
  return (Math.trunc(q * 2 ** shift) << 24) >> 24
}
