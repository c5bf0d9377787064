import { type RoundingMode, roundTo } from './rounding.ts'

/** Integer element types, 4 to 32 bits. */
export type IntegerType = 'i4' | 'u4' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32'

/** The smallest and the largest number of an integer type. */
export interface IntegerRange {
  readonly min: number
  readonly max: number
}

const ranges: Readonly<Record<IntegerType, IntegerRange>> = {
  i4: { min: -8, max: 7 },
  u4: { min: 0, max: 15 },
  i8: { min: -128, max: 127 },
  u8: { min: 0, max: 255 },
  i16: { min: -32768, max: 32767 },
  u16: { min: 0, max: 65535 },
  i32: { min: -2147483648, max: 2147483647 },
  u32: { min: 0, max: 4294967295 },
}

/** What numbers `dtype` holds. */
export function integerRange(dtype: IntegerType): IntegerRange {
  return ranges[dtype]
}

/** Clamps `x` to the range of `dtype`, without rounding; NaN gives the smallest number (as a cast of NaN does on x86). */
export function saturate(x: number, dtype: IntegerType): number {
  const { min, max } = ranges[dtype]
  return x >= max ? max : x > min ? x : min
}

/** Rounds, then clamps to the range of `dtype`. */
export function roundSaturate(x: number, dtype: IntegerType, rounding: RoundingMode = 'half-away-from-zero'): number {
  return saturate(roundTo(x, rounding), dtype)
}
