import { type Edges, edgesOf, layerOf, valueOf } from './edges.ts'
import type { Graph, Node, TensorType, Value } from './types.ts'

/** What a graph is while it is being rewritten: the same parts, changeable. */
export interface GraphDraft {
  /** The nodes as they stand now; a copy, safe to walk while the draft changes. */
  nodes(): readonly Node[]
  value(name: string): Value
  has(name: string): boolean
  /** The node that makes a value; absent for inputs and constants. */
  producer(name: string): Node | undefined
  /** The nodes that use a value, each once, in order. */
  consumers(name: string): readonly Node[]
  /** How many operands a value is, over all nodes; being a graph output counts once. */
  useCount(name: string): number
  isOutput(name: string): boolean
  /** Puts `by` in the place of `node`. */
  replace(node: Node, by: readonly Node[]): void
  /** Puts nodes before another. */
  insertBefore(node: Node, added: readonly Node[]): void
  setValue(value: Value): void
  setType(name: string, type: TensorType): void
  /** Makes every user of `from`, the outputs of the graph too, use `to`. */
  redirect(from: string, to: string): void
  /** The graph, without values that nothing uses or makes. */
  finish(): Graph
}

/** Starts rewriting a graph; the graph itself stays as it is. */
export function draftOf(graph: Graph): GraphDraft {
  let nodes = [...graph.nodes]
  let outputs = [...graph.outputs]
  const values = new Map(graph.values)
  let edges: Edges | undefined
  const current = (): Graph => ({ ...graph, nodes, outputs, values })
  const index = (): Edges => (edges ??= edgesOf(current()))

  const placeOf = (node: Node): number => {
    const place = nodes.indexOf(node)
    if (place < 0) throw new Error(`the node ${layerOf(node)} is not in the graph any more`)
    return place
  }

  return {
    nodes: () => [...nodes],
    value: (name) => valueOf(current(), name),
    has: (name) => values.has(name),
    producer: (name) => index().producer.get(name),
    consumers: (name) => index().consumers.get(name) ?? [],
    useCount: (name) => index().useCount(name),
    isOutput: (name) => outputs.includes(name),
    replace(node, by) {
      nodes.splice(placeOf(node), 1, ...by)
      edges = undefined
    },
    insertBefore(node, added) {
      nodes.splice(placeOf(node), 0, ...added)
      edges = undefined
    },
    setValue(value) {
      values.set(value.name, value)
    },
    setType(name, type) {
      values.set(name, { ...valueOf(current(), name), type })
    },
    redirect(from, to) {
      nodes = nodes.map((node) =>
        node.inputs.includes(from) ? { ...node, inputs: node.inputs.map((input) => (input === from ? to : input)) } : node,
      )
      outputs = outputs.map((output) => (output === from ? to : output))
      edges = undefined
    },
    finish() {
      const used = new Set([...graph.inputs.map(({ name }) => name), ...outputs])
      for (const node of nodes) for (const name of [...node.inputs, ...node.outputs]) if (name !== undefined) used.add(name)
      return { ...graph, nodes, outputs, values: new Map([...values].filter(([name]) => used.has(name))) }
    },
  }
}
