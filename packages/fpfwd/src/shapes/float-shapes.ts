import type { Edges, Graph, Node } from '@q/ir'
import { edgesOf, layerOf } from '@q/ir'
import { type FloatLayer, inGraphOrder } from '../float-layer.ts'

/** Operators whose first result is a place in a tensor. */
const placeFinders: ReadonlySet<string> = new Set(['ArgMax', 'ArgMin'])
/** Operators that move the elements of a shape about and leave them a shape. */
const movers: ReadonlySet<string> = new Set(['Concat', 'Slice', 'Tile', 'Squeeze', 'Unsqueeze'])
/** What `to` of a Cast that makes counts or places is. */
const integerTypes: ReadonlySet<unknown> = new Set(['i32', 'i16', 'i8'])

/**
 * The layers that compute shapes and places, which lose their meaning when quantized; in the order of the graph, inputs first.
 *
 * They begin at casts to signed integers and at ArgMax and ArgMin with the users of the places. Onwards they go through operators that
 * only move elements (an index of GatherElements excepted), and to layers that end the network; backwards through such movers to inputs; and a layer whose operands are all
 * shapes is one. A layer with several results, such as TopK, is none and begins nothing. They are those of TPU-MLIR 1.30.2.
 *
 * @param graph the canonical float graph
 */
export function floatShapes(graph: Graph): readonly FloatLayer[] {
  const edges = edgesOf(graph)
  const results = new Set(graph.outputs)
  const reasons = new Map<string, readonly string[]>()
  const open: string[] = []
  const note = (layer: string, why: string): void => {
    if (reasons.has(layer)) return
    reasons.set(layer, [why])
    open.push(layer)
  }
  for (const node of graph.nodes) {
    if (isIntegerCast(node)) note(layerOf(node), 'makes integers')
    if (placeFinders.has(node.op))
      for (const user of usersOf(layerOf(node), node, edges)) note(layerOf(user), `uses the places of ${layerOf(node)}`)
  }
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const indices = new Set(
    graph.nodes.flatMap(({ op, inputs: [, index] }) => (op === 'GatherElements' && index !== undefined ? [index] : [])),
  )
  const isShape = (name: string | undefined): boolean => {
    if (name === undefined || reasons.has(name)) return true
    const before = edges.producer.get(name)
    return before === undefined ? !inputs.has(name) : reasons.has(layerOf(before))
  }
  for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
    const node = edges.producer.get(layer)
    for (const name of node?.inputs ?? []) {
      if (name === undefined) continue
      const before = edges.producer.get(name)
      if (inputs.has(name) || (before !== undefined && movers.has(before.op) && before.outputs.length === 1))
        note(before === undefined ? name : layerOf(before), `leads to ${layer}`)
    }
    const onwards = !valuesOf(layer, node).some((name) => results.has(name))
    for (const user of usersOf(layer, node, edges)) {
      const ends = user.outputs.some((name) => results.has(name))
      const moves = movers.has(user.op) && !indices.has(layerOf(user))
      if ((onwards && (ends || moves)) || user.inputs.every(isShape)) note(layerOf(user), `follows ${layer}`)
    }
  }
  for (const node of graph.nodes) if (placeFinders.has(node.op)) note(layerOf(node), 'finds places')
  return inGraphOrder(graph, reasons)
}

const isIntegerCast = ({ op, attrs }: Node): boolean => op === 'Cast' && integerTypes.has(attrs['to'])

const valuesOf = (layer: string, node: Node | undefined): readonly string[] => node?.outputs ?? [layer]

const usersOf = (layer: string, node: Node | undefined, { consumers }: Edges): readonly Node[] =>
  valuesOf(layer, node)
    .flatMap((name) => consumers.get(name) ?? [])
    .filter(({ outputs }) => outputs.length === 1)
