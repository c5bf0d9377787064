import type { Graph } from '@q/ir'

/**
 * Names of the weights to write before each node, in order.
 *
 * A weight stands before its first user. Where the map of values tells more (it lists constants among
 * the results, as a graph that was read from a text does), a weight stands where the map has it.
 *
 * @param needed names of the weights that each node uses, by node
 */
export function weightPlaces(graph: Graph, needed: readonly ReadonlySet<string>[]): readonly (readonly string[])[] {
  const position = new Map<string, number>()
  for (const name of graph.values.keys()) position.set(name, position.size)
  const all = new Set(needed.flatMap((names) => [...names]))
  const results = graph.nodes.map(({ outputs }) => position.get(outputs[0] ?? '') ?? -1)
  const early = [...all].filter((name) => position.get(name)! < results[0]!)
  const isInterleaved = early.length < all.size
  const ordered = [...all].sort((a, b) => position.get(a)! - position.get(b)!)
  const written = new Set<string>()
  let next = 0
  return needed.map((names, k) => {
    const now: string[] = []
    const put = (name: string): void => {
      if (written.has(name)) return
      written.add(name)
      now.push(name)
    }
    if (isInterleaved) {
      while (next < ordered.length && position.get(ordered[next]!)! < results[k]!) put(ordered[next++]!)
    }
    for (const name of [...names].sort((a, b) => position.get(a)! - position.get(b)!)) put(name)
    return now
  })
}
