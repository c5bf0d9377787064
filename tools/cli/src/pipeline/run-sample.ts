import type { Executor, Graph, Tensor } from '@q/ir'
import { feedsOf } from '@q/ir/graph'
import { dumpTensors } from './dump-tensors.ts'

/** Runs a model on a sample: its outputs as floats, in order. */
export type RunSample = (sample: ReadonlyMap<string, Tensor>) => Promise<readonly Tensor[]>

/** A model made ready for many samples. */
export interface ReadyModel {
  readonly run: RunSample
  close(): Promise<void>
}

/** Makes a graph, float or quantized, ready for many samples. */
export async function readyModel(graph: Graph, executor: Executor): Promise<ReadyModel> {
  const session = await executor.load(graph)
  return {
    async run(sample) {
      const outputs = dumpTensors(graph, await session.run(feedsOf(graph, sample)), 'floats')
      return graph.outputs.map((name) => outputs.get(name)!)
    },
    close: () => session.close(),
  }
}

/** Another input that a network takes as well: the elements of a sample from the last to the first; nothing where that is the sample itself. */
export function reversed(sample: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> | undefined {
  const other = new Map(
    Array.from(sample, ([name, tensor]): [string, Tensor] => [name, { ...tensor, data: (tensor.data.slice() as Float32Array).reverse() }]),
  )
  const isOther = [...sample].some(([name, { data }]) => other.get(name)!.data.some((each, i) => each !== data[i]))
  return isOther ? other : undefined
}
