import type { Scheme } from '../contracts/scheme.ts'
import type { Attrs } from '../graph/types.ts'
import type { DType } from '../tensor/tensor.ts'

/** The attribute of a node that makes elements of `dtype` by a scheme: how bfloat16 numbers are made, where the scheme says it. */
export function bf16StyleOf(scheme: Scheme, dtype: DType): Attrs {
  const { bf16 } = scheme.kind === 'float' ? scheme : {}
  return bf16 !== undefined && dtype === 'bf16' ? { bf16 } : {}
}
