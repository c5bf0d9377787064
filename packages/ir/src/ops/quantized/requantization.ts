import { bool, int, ints, text } from '../define.ts'

/** How a shifted value is rounded. */
export const roundingAttr = text(['half-up', 'half-away-from-zero', 'half-to-even', 'half-down', 'toward-zero', 'down', 'up'], 'half-up')

/**
 * How an int32 sum becomes a code of the result type:
 * - `multiplier-shift`: `round((v * m) / 2^s)`, exact 64-bit product;
 * - `quantized-multiplier`: `round(half-up((v * m) / 2^31) / 2^s)`, the TFLite way;
 * - `shift`: `round(v / 2^s)`;
 * - `none`: the sum itself is the result (int32).
 *
 * The zero point of the result is added, then the code is saturated to the result's element type.
 */
export const requantizeAttr = text(['multiplier-shift', 'quantized-multiplier', 'shift', 'none'], 'multiplier-shift')

/** Requantization of one accumulator per output channel; one entry stands for all channels. */
export const perChannelRequantization = {
  multipliers: ints([]),
  shifts: ints([]),
  rounding: roundingAttr,
  requantize: requantizeAttr,
  /** Clamp below at the zero point of the result. */
  relu: bool(false),
} as const

/** Requantization of the whole tensor by one multiplier and shift. */
export const requantization = {
  multiplier: int(1),
  shift: int(0),
  rounding: roundingAttr,
  requantize: requantizeAttr,
  relu: bool(false),
} as const
