import type { Graph } from '@q/ir'
import { layerOf } from '@q/ir'

/** How long segments are, in layers. */
export interface SegmentLengths {
  /** From here on a segment ends wherever a single value is passed on. @default 3 */
  readonly least?: number
  /** A segment that finds no such place within so many layers ends where the fewest values are passed on. @default 16 */
  readonly most?: number
}

/**
 * Cuts a float graph into runs of layers, between which few values are passed on; tells each layer the number of its segment, from 0 on in graph order.
 *
 * Graphs of all trials are cut at the same layers. What is kept of a trial is what segments pass on, what is run is whole segments; so a tensor comes out
 * of the same section to the last bit, whatever happened to be kept.
 */
export function assignSegments(graph: Graph, { least = 3, most = 16 }: SegmentLengths = {}): ReadonlyMap<string, number> {
  const passed = passedOn(graph)
  const segmentOf = new Map<string, number>()
  let segment = 0
  let first = 0
  while (first < graph.nodes.length) {
    const end = endOf(first, passed, least, most)
    for (const node of graph.nodes.slice(first, end)) segmentOf.set(layerOf(node), segment)
    first = end
    segment++
  }
  return segmentOf
}

/** The place behind the last layer of a segment. */
function endOf(first: number, passed: readonly number[], least: number, most: number): number {
  let narrowest = Math.min(first + least, passed.length)
  for (let end = narrowest; end < passed.length && end <= first + most; end++) {
    if (passed[end - 1]! <= 1) return end
    if (passed[end - 1]! < passed[narrowest - 1]!) narrowest = end
  }
  return passed.length - first <= most ? passed.length : narrowest
}

/** How many values are passed on behind each node to those after it. */
function passedOn({ nodes, inputs, outputs }: Graph): readonly number[] {
  const lastUse = new Map<string, number>()
  nodes.forEach((node, place) => {
    for (const name of node.inputs) if (name !== undefined) lastUse.set(name, place)
  })
  const made = new Set([...inputs.map(({ name }) => name), ...nodes.flatMap((node) => node.outputs)])
  for (const name of outputs) lastUse.delete(name)
  const ending = new Map<number, number>()
  for (const [name, place] of lastUse) if (made.has(name)) ending.set(place, (ending.get(place) ?? 0) + 1)
  let alive = inputs.filter(({ name }) => lastUse.has(name)).length
  return nodes.map((node, place) => {
    alive += node.outputs.filter((name) => lastUse.has(name)).length - (ending.get(place) ?? 0)
    return alive
  })
}
