import type { Node, Resolved } from '@q/ir'
import { edgesOf } from '@q/ir'

/**
 * The nodes of a resolved graph by the segments of their layers. Layers that a rewrite made belong to the segment of the layer before them. A node
 * between layers, such as a cast, belongs to the first segment that uses it: what one layer's mode decides does not change the segment before.
 *
 * @param segmentOf the segment of each layer of the float graph
 */
export function nodesBySegment({ graph, layers }: Resolved, segmentOf: ReadonlyMap<string, number>): readonly (readonly Node[])[] {
  const place = placesOf(layers, segmentOf)
  const maker = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const isKept = new Set(graph.outputs)
  const users = edgesOf(graph).consumers
  for (const node of [...graph.nodes].reverse()) {
    const isLayer = node.outputs.some((name) => segmentOf.has(name) || isKept.has(name))
    const used = node.outputs.flatMap((name) => users.get(name) ?? []).map((user) => place.get(user) ?? 0)
    if (!isLayer && used.length > 0)
      place.set(
        node,
        used.reduce((first, each) => Math.min(first, each)),
      )
  }
  const segments: Node[][] = []
  for (const node of graph.nodes) {
    // Nothing runs before what it needs.
    const earliest = node.inputs.reduce((latest, name) => {
      const operand = name === undefined ? undefined : maker.get(name)
      return operand === undefined ? latest : Math.max(latest, place.get(operand)!)
    }, place.get(node) ?? 0)
    place.set(node, earliest)
    ;(segments[earliest] ??= []).push(node)
  }
  return segments.filter((nodes) => nodes !== undefined)
}

function placesOf(layers: Resolved['layers'], segmentOf: ReadonlyMap<string, number>): Map<Node, number> {
  const place = new Map<Node, number>()
  let segment = 0
  for (const [layer, nodes] of layers) {
    segment = segmentOf.get(layer) ?? segment
    for (const node of nodes) place.set(node, segment)
  }
  return place
}
