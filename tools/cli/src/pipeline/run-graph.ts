import type { Executor, Graph, Tensor } from '@q/ir'
import { feedsOf } from '@q/ir/graph'

/** Every activation of a graph: its inputs and the results of its nodes, in order. */
export function activationNames(graph: Graph): readonly string[] {
  return [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]
}

/** The graph's outputs; of a quantized graph each is followed by the value it is cast from, which has the name of the float one. */
export function outputsWithSources(graph: Graph): readonly string[] {
  if (graph.properties['stage'] !== 'quantized') return [...new Set(graph.outputs)]
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const named = graph.outputs.flatMap((name) => {
    const node = producers.get(name)
    const source = node !== undefined && ['Cast', 'DequantizeLinear', 'QuantizeLinear'].includes(node.op) ? node.inputs[0] : undefined
    return source === undefined ? [name] : [name, source]
  })
  return [...new Set(named)]
}

/** A graph that is ready to run on many inputs. */
export interface OpenGraph {
  /** The wanted values in their order, inputs included. */
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>
  close(): Promise<void>
}

/** Loads a graph once, to run it on many inputs. @param wanted values to fetch */
export async function openGraph(graph: Graph, executor: Executor, wanted: readonly string[]): Promise<OpenGraph> {
  const given = new Set(graph.inputs.map(({ name }) => name))
  const session = await executor.load(graph, { fetches: wanted.filter((name) => !given.has(name)) })
  return {
    async run(inputs) {
      const fed = feedsOf(graph, inputs)
      const results = await session.run(fed)
      return new Map(wanted.map((name) => [name, fed.get(name) ?? results.get(name)!]))
    },
    close: () => session.close(),
  }
}

/**
 * Runs a graph once.
 *
 * @param wanted values to fetch; the graph's outputs when absent
 * @returns the wanted values in that order, inputs included
 */
export async function runGraph(
  graph: Graph,
  executor: Executor,
  inputs: ReadonlyMap<string, Tensor>,
  wanted: readonly string[] = graph.outputs,
): Promise<ReadonlyMap<string, Tensor>> {
  const open = await openGraph(graph, executor, wanted)
  try {
    return await open.run(inputs)
  } finally {
    await open.close()
  }
}
