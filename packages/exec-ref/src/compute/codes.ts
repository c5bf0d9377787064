import { type DType, type IntegerType, integerRange } from '@q/ir'

const integers: ReadonlySet<DType> = new Set(['i8', 'u8', 'i16', 'u16', 'i32', 'u32'])

/** Whether `dtype` is a type of codes or sums. */
export function isInteger(dtype: DType): dtype is IntegerType & DType {
  return integers.has(dtype)
}

/** The smallest and largest number of `dtype`; everything for other than the narrow integer types. */
export function limitsOf(dtype: DType): { readonly min: number; readonly max: number } {
  return isInteger(dtype) ? integerRange(dtype) : { min: -Infinity, max: Infinity }
}

/** Saturating writer bounds of a result with a fused ReLU: nothing goes below the zero point then. */
export function codeLimits(dtype: DType, zeroPoint: number, relu: boolean): { readonly min: number; readonly max: number } {
  const { min, max } = limitsOf(dtype)
  return { min: relu ? Math.max(min, zeroPoint) : min, max }
}
