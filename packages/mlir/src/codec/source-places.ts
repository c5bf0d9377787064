import type { Graph } from '@q/ir'

/**
 * Names of the inputs and weights to write before each node, in order, and of the inputs left at the end.
 *
 * Inputs stand where the map of values has them among the results. A weight stands before its first
 * user; where the map tells more (it lists constants among the results, as a graph that was read from a
 * text does), it stands where the map has it.
 *
 * @param needed names of the weights that each node uses, by node
 */
export function sourcePlaces(graph: Graph, needed: readonly ReadonlySet<string>[]): readonly (readonly string[])[] {
  const position = new Map<string, number>()
  for (const name of graph.values.keys()) position.set(name, position.size)
  const inOrder = (names: Iterable<string>): readonly string[] => [...names].sort((a, b) => position.get(a)! - position.get(b)!)
  const inputs = graph.inputs.map(({ name }) => name)
  const weights = new Set(needed.flatMap((names) => [...names]))
  const results = graph.nodes.map(({ outputs }) => position.get(outputs[0] ?? '') ?? -1)
  const isInterleaved = [...weights].some((name) => position.get(name)! > (results[0] ?? 0))
  const placed = inOrder(isInterleaved ? [...inputs, ...weights] : inputs)
  const written = new Set<string>()
  let next = 0
  const places = needed.map((names, k) => {
    const now: string[] = []
    const put = (name: string): void => {
      if (written.has(name)) return
      written.add(name)
      now.push(name)
    }
    while (next < placed.length && position.get(placed[next]!)! < results[k]!) put(placed[next++]!)
    const used = graph.nodes[k]!.inputs.filter((name) => name !== undefined && inputs.includes(name)) as readonly string[]
    for (const name of inOrder([...used, ...names])) put(name)
    return now
  })
  return [...places, inputs.filter((name) => !written.has(name))]
}
