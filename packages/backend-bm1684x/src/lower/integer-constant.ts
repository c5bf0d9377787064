import type { DType, TensorData, Value } from '@q/ir'

/** A constant made by lowering. */
export function integerConstant(name: string, dtype: DType, shape: readonly number[], data: TensorData): Value {
  return { name, type: { dtype, shape }, constant: { dtype, shape, data } }
}

/** The largest absolute value; 0 for an empty array. */
export function largestOf(values: Float32Array, from = 0, to = values.length): number {
  let largest = 0
  for (let i = from; i < to; i++) {
    const size = Math.abs(values[i]!)
    if (size > largest) largest = size
  }
  return largest
}

/** Whether any value is negative. */
export const hasNegative = (values: Float32Array): boolean => values.some((value) => value < 0)
