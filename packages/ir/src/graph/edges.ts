import type { Graph, Node, Value } from './types.ts'

/** The value of that name. A missing one is a defect of the graph, not of the caller's input. */
export function valueOf(graph: Graph, name: string): Value {
  const value = graph.values.get(name)
  if (value === undefined) throw new Error(`the graph ${graph.name} has no value ${name}`)
  return value
}

/** The layer name of a node: the name of its first result. */
export function layerOf(node: Node): string {
  return node.outputs[0]!
}

/** Which node makes a value, and which use it (once for each node, in order). */
export interface Edges {
  readonly producer: ReadonlyMap<string, Node>
  readonly consumers: ReadonlyMap<string, readonly Node[]>
  /** How many operands the value is, over all nodes; being a graph output counts once. */
  useCount(name: string): number
}

/** Indexes the producers and consumers of all values. */
export function edgesOf(graph: Graph): Edges {
  const producer = new Map<string, Node>()
  const consumers = new Map<string, Node[]>()
  const uses = new Map<string, number>()
  for (const node of graph.nodes) {
    for (const output of node.outputs) producer.set(output, node)
    for (const input of node.inputs) {
      if (input === undefined) continue
      uses.set(input, (uses.get(input) ?? 0) + 1)
      const users = consumers.get(input)
      if (users === undefined) consumers.set(input, [node])
      else if (users.at(-1) !== node) users.push(node)
    }
  }
  for (const output of graph.outputs) uses.set(output, (uses.get(output) ?? 0) + 1)
  return { producer, consumers, useCount: (name) => uses.get(name) ?? 0 }
}
