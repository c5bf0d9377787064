import type { DType } from '../../tensor/tensor.ts'
import { bool, ints, maybe, parameter, text } from '../define.ts'

/** How a shifted value is rounded. */
export const roundingAttr = text(['half-up', 'half-away-from-zero', 'half-to-even', 'half-down', 'toward-zero', 'down', 'up'], 'half-up')

/**
 * How a sum becomes a code of the result type:
 * - `multiplier-shift`: `round((v * m) / 2^s)`, the product exact;
 * - `quantized-multiplier`: `round(half-up((v * m) / 2^31) / 2^s)`, the TFLite way;
 * - `shift`: `round(v / 2^s)`;
 * - `none`: the sum itself is the result.
 *
 * The zero point of the result is added, then the code is saturated to what the result's type holds.
 */
export const requantizeAttr = text(['multiplier-shift', 'quantized-multiplier', 'shift', 'none'], 'multiplier-shift')

/**
 * How the integers of an operator become codes of its result: the one record that all quantized operators share.
 *
 * `multipliers` and `shifts` are lists: one entry for each channel (or, where operands are rescaled one by one, for each
 * operand); a single entry stands for all, an empty list for multiplier 1 and shift 0.
 */
export const requantization = {
  multipliers: parameter(ints([])),
  shifts: parameter({ ...ints([]), least: -63 }),
  requantize: requantizeAttr,
  rounding: roundingAttr,
  /** Clamp below at the zero point of the result. */
  relu: bool(false),
} as const

/**
 * Whether the zero point of the (first) operand is part of the sum: true when codes are taken as they are, and the chip's
 * bias makes up for the zero point; false when it is taken off each code.
 */
export const zeroPointInSum = bool(true)

/** Entries of a table over all codes of an element type, a negative code `i` standing at that number plus `i`. */
export const tableSize = (dtype: DType): number => (dtype === 'i16' || dtype === 'u16' ? 65536 : 256)

/** The float type in which codes and float32 numbers become each other, where it is narrower. */
export const through = maybe(text(['bf16']))
