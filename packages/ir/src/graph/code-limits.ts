import { type IntegerType, integerRange } from '../number/saturate.ts'
import type { DType } from '../tensor/tensor.ts'
import type { TensorType } from './types.ts'

const limited: ReadonlySet<DType> = new Set<IntegerType & DType>(['i8', 'u8', 'i16', 'u16', 'i32', 'u32'])

/** Whether elements of a type are integers that end at a smallest and a largest one: codes, and sums of 32 bits. */
export function hasCodeLimits(dtype: DType): dtype is IntegerType & DType {
  return limited.has(dtype)
}

/**
 * The smallest and the largest code of a type: what it says they saturate to, else what its element type holds, which for floats and integers of
 * 64 bits is everything.
 *
 * @param floor where a fused ReLU ends below. It comes before the saturation, so beyond the largest code it is that code. @default none
 */
export function codeLimitsOf(
  { dtype, quant }: Pick<TensorType, 'dtype' | 'quant'>,
  floor = -Infinity,
): readonly [min: number, max: number] {
  const [min, max] = quant?.saturate ?? heldBy(dtype)
  return [Math.min(max, Math.max(min, floor)), max]
}

function heldBy(dtype: DType): readonly [min: number, max: number] {
  if (!hasCodeLimits(dtype)) return [-Infinity, Infinity]
  const { min, max } = integerRange(dtype)
  return [min, max]
}
