import type { DType } from '../tensor/tensor.ts'
import { valueOf } from './edges.ts'
import type { Graph, Preprocess, TensorType } from './types.ts'

/** A network input as samples must fit it. */
export interface SampleInput {
  readonly name: string
  readonly shape: readonly number[]
  /** Element type the source model declares; samples are always given as float32. */
  readonly dtype: DType
  /** The type of the codes that the network takes here; a sample may have them in the place of numbers. @default it takes numbers */
  readonly codes?: 'i8' | 'u8'
  /** How an image becomes this input; absent for inputs that are no images. */
  readonly preprocess?: Preprocess
}

/** The inputs of a graph as samples must fit them. */
export function sampleInputs(graph: Graph): readonly SampleInput[] {
  return graph.inputs.map(({ name, preprocess, sourceDtype }) => ({
    name,
    shape: valueOf(graph, name).type.shape,
    dtype: sourceDtype ?? 'f32',
    ...codesIn(valueOf(graph, name).type),
    ...(preprocess === undefined ? {} : { preprocess }),
  }))
}

const codesIn = ({ dtype, quant }: TensorType): Pick<SampleInput, 'codes'> =>
  quant !== undefined && (dtype === 'i8' || dtype === 'u8') ? { codes: dtype } : {}
