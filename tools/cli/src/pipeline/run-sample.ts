import type { Executor, Graph, Tensor } from '@q/ir'
import { feedsOf } from '@q/ir/graph'
import { dumpTensors } from './dump-tensors.ts'
import { type OpenGraph, openGraph } from './run-graph.ts'

/** Runs a model on a sample: its outputs as floats, in order. */
export type RunSample = (sample: ReadonlyMap<string, Tensor>) => Promise<readonly Tensor[]>

/** Runs a model on a sample: tensors as floats, by name. */
export type RunTensors = (sample: Tensors) => Promise<Tensors>

/** Tensors, by name. */
type Tensors = ReadonlyMap<string, Tensor>

/** A model made ready for many samples. */
export interface ReadyModel<Run = RunSample> {
  readonly run: Run
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

/** The same, of which these values are fetched. */
export async function readyTensors(graph: Graph, executor: Executor, names: readonly string[]): Promise<ReadyModel<RunTensors>> {
  const open = await openGraph(graph, executor, [...new Set(names)])
  return { run: async (sample) => dumpTensors(graph, await open.run(sample), 'floats'), close: open.close }
}

/** Runs a graph that is open: the tensors it fetches. What it has made of one sample already is not made again. */
export const tensorsOfOpen =
  (graph: Graph, open: Pick<OpenGraph, 'run'>, [known, made]: readonly [sample: Tensors, made: Tensors]): RunTensors =>
  async (sample) =>
    sample === known ? made : dumpTensors(graph, await open.run(sample), 'floats')

/** The same, with the graph's outputs among what it fetches: these, in order. */
export const runOpen = (graph: Graph, open: Pick<OpenGraph, 'run'>, known: readonly [sample: Tensors, made: Tensors]): RunSample => {
  const run = tensorsOfOpen(graph, open, known)
  return async (sample) => outputsOf(graph, await run(sample))
}

/** The outputs of a graph, in order. */
export const outputsOf = ({ outputs }: Graph, tensors: Tensors): readonly Tensor[] => outputs.map((name) => tensors.get(name)!)
