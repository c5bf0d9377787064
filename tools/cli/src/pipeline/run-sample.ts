import type { Executor, Graph, Tensor } from '@q/ir'
import { feedsOf } from '@q/ir/graph'
import { dumpTensors } from './dump-tensors.ts'
import type { OpenGraph } from './run-graph.ts'

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

/** Tensors, by name. */
type Tensors = ReadonlyMap<string, Tensor>

/** Runs a graph that is open, with its outputs among what it fetches. What it has made of one sample already is not made again. */
export const runOpen =
  (graph: Graph, open: Pick<OpenGraph, 'run'>, [known, made]: readonly [sample: Tensors, made: Tensors]): RunSample =>
  async (sample) => {
    const tensors = sample === known ? made : dumpTensors(graph, await open.run(sample), 'floats')
    return graph.outputs.map((name) => tensors.get(name)!)
  }

/** Another input that a network takes as well: the elements of a sample from the last to the first; nothing where that is the sample itself. */
export function reversed(sample: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> | undefined {
  const other = new Map(
    Array.from(sample, ([name, tensor]): [string, Tensor] => [name, { ...tensor, data: (tensor.data.slice() as Float32Array).reverse() }]),
  )
  const isOther = [...sample].some(([name, { data }]) => other.get(name)!.data.some((each, i) => each !== data[i]))
  return isOther ? other : undefined
}
