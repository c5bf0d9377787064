import type { SampleInput } from '@q/data'
import { valueOf } from '@q/ir'
import type { Graph } from '@q/ir'

/** The network inputs as samples must fit them. */
export function sampleInputs(graph: Graph): readonly SampleInput[] {
  return graph.inputs.map(({ name, preprocess, sourceDtype }) => ({
    name,
    shape: valueOf(graph, name).type.shape,
    dtype: sourceDtype ?? 'f32',
    ...(preprocess === undefined ? {} : { preprocess }),
  }))
}
