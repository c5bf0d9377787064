import type { DType } from '../tensor/tensor.ts'
import { valueOf } from './edges.ts'
import type { Graph, Preprocess } from './types.ts'

/** A network input as samples must fit it. */
export interface SampleInput {
  readonly name: string
  readonly shape: readonly number[]
  /** Element type the source model declares; samples are always given as float32. */
  readonly dtype: DType
  /** How an image becomes this input; absent for inputs that are no images. */
  readonly preprocess?: Preprocess
}

/** The inputs of a graph as samples must fit them. */
export function sampleInputs(graph: Graph): readonly SampleInput[] {
  return graph.inputs.map(({ name, preprocess, sourceDtype }) => ({
    name,
    shape: valueOf(graph, name).type.shape,
    dtype: sourceDtype ?? 'f32',
    ...(preprocess === undefined ? {} : { preprocess }),
  }))
}
