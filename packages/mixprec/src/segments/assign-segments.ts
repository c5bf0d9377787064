import type { Graph } from '@q/ir'
import { elementCount, layerOf } from '@q/ir'

/** How long segments are, in layers. */
export interface SegmentLengths {
  /** From here on a segment ends wherever a single value is passed on. @default 3 */
  readonly least?: number
  /** A segment that finds no such place within so many layers ends where the fewest values are passed on. @default 16 */
  readonly most?: number
  /** So many layers behind the end are looked at for one where no more values are passed on, but smaller ones. @default 0 */
  readonly reach?: number
  /** A segment ends, however short, where no more elements are passed on. @default 0 */
  readonly few?: number
}

/** What is passed on behind a layer to those after it. */
interface Passed {
  readonly values: number
  readonly elements: number
}

/**
 * Cuts a float graph into runs of layers, between which few values are passed on; tells each layer the number of its segment, from 0 on in graph order.
 *
 * Graphs of all trials are cut at the same layers. What is kept of a trial is what segments pass on, what is run is whole segments; so a tensor comes out
 * of the same section to the last bit, whatever happened to be kept.
 */
export function assignSegments(
  graph: Graph,
  { least = 3, most = 16, reach = 0, few = 0 }: SegmentLengths = {},
): ReadonlyMap<string, number> {
  const passed = passedOn(graph)
  const segmentOf = new Map<string, number>()
  let segment = 0
  let first = 0
  while (first < graph.nodes.length) {
    const usual = smallestNear(endOf(first, passed, least, most), passed, reach)
    const early = passed.slice(first, usual).findIndex(({ elements }) => elements <= few)
    const end = early < 0 ? usual : first + early + 1
    for (const node of graph.nodes.slice(first, end)) segmentOf.set(layerOf(node), segment)
    first = end
    segment++
  }
  return segmentOf
}

/** The place behind the last layer of a segment. */
function endOf(first: number, passed: readonly Passed[], least: number, most: number): number {
  let narrowest = Math.min(first + least, passed.length)
  for (let end = narrowest; end < passed.length && end <= first + most; end++) {
    if (passed[end - 1]!.values <= 1) return end
    if (passed[end - 1]!.values < passed[narrowest - 1]!.values) narrowest = end
  }
  return passed.length - first <= most ? passed.length : narrowest
}

/** Of an end and those within reach behind it, where no more values are passed on, the one where they are smallest. */
function smallestNear(end: number, passed: readonly Passed[], reach: number): number {
  let best = end
  for (let other = end + 1; other <= Math.min(end + reach, passed.length); other++) {
    const [found, sofar] = [passed[other - 1]!, passed[best - 1]!]
    if (found.values <= passed[end - 1]!.values && found.elements < sofar.elements) best = other
  }
  return best
}

/** What is passed on behind each node. */
function passedOn({ nodes, inputs, outputs, values }: Graph): readonly Passed[] {
  const lastUse = new Map<string, number>()
  nodes.forEach((node, place) => {
    for (const name of node.inputs) if (name !== undefined) lastUse.set(name, place)
  })
  for (const name of outputs) lastUse.delete(name)
  const isPassed = (name: string) => lastUse.has(name)
  const alive = new Set(inputs.map(({ name }) => name).filter(isPassed))
  return nodes.map((node, place) => {
    for (const name of node.outputs) if (isPassed(name)) alive.add(name)
    for (const name of node.inputs) if (name !== undefined && lastUse.get(name) === place) alive.delete(name)
    const elements = [...alive].reduce((sum, name) => sum + elementCount(values.get(name)!.type.shape), 0)
    return { values: alive.size, elements }
  })
}
