import type { Value } from '../graph/types.ts'
import type { DType, TensorData } from '../tensor/tensor.ts'

/** A constant made by lowering. @param data in the storage array of `dtype`, as many elements as `shape` has */
export function newConstant(name: string, dtype: DType, shape: readonly number[], data: TensorData): Value {
  return { name, type: { dtype, shape }, constant: { dtype, shape, data } }
}

/**
 * The name of the lowered form of a constant of the model.
 *
 * @param owner the layer it was made for, given only when other nodes use the constant too and could want another form of it
 */
export type ConstantNaming = (constant: string, dtype: DType, owner?: string) => string

/** `<constant>_<type>`, with the owner in front of a shared one. */
export const namedByType: ConstantNaming = (constant, dtype, owner = '') => `${owner}${constant}_${dtype}`
