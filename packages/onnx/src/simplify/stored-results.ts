import type { Graph, Node, Value } from '@q/ir'

/** A network without results that are constants, as TPU-MLIR 1.30.2 leaves them out; where it has no other, a layer hands each of them on. */
export function withoutStoredResults(graph: Graph): Graph {
  const isStored = (name: string): boolean => graph.values.get(name)?.constant !== undefined
  const computed = graph.outputs.filter((name) => !isStored(name))
  if (computed.length > 0) return { ...graph, outputs: computed }
  const values = new Map(graph.values)
  const layers = [...new Set(graph.outputs)].map((name): Node => {
    const value = values.get(name)!
    const shape = value.type.shape.length === 0 ? [1] : value.type.shape
    const stored = freeName(`${name}_value`, values)
    values.set(stored, { ...value, name: stored })
    values.set(name, { name, type: { ...value.type, shape } })
    return { op: 'Reshape', inputs: [stored], outputs: [name], attrs: { shape: [...shape] } }
  })
  return { ...graph, nodes: [...graph.nodes, ...layers], values }
}

function freeName(wanted: string, values: ReadonlyMap<string, Value>): string {
  let name = wanted
  while (values.has(name)) name += '_'
  return name
}
