import type { Executor, Graph, Tensor } from '@q/ir'
import { feedsOf } from '@q/ir/graph'

/** Every activation of a graph: its inputs and the results of its nodes, in order. */
export function activationNames(graph: Graph): readonly string[] {
  return [...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]
}

/** The graph's outputs, each followed by the value it is cast from. */
export function outputsWithSources(graph: Graph): readonly string[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const named = graph.outputs.flatMap((name) => {
    const node = producers.get(name)
    const source = node !== undefined && ['Cast', 'DequantizeLinear', 'QuantizeLinear'].includes(node.op) ? node.inputs[0] : undefined
    return source === undefined ? [name] : [name, source]
  })
  return [...new Set(named)]
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
  const fed = feedsOf(graph, inputs)
  const session = await executor.load(graph, { fetches: wanted.filter((name) => !fed.has(name)) })
  try {
    const results = await session.run(fed)
    return new Map(wanted.map((name) => [name, fed.get(name) ?? results.get(name)!]))
  } finally {
    await session.close()
  }
}
