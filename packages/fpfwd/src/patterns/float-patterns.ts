import type { Edges, Graph, Node } from '@q/ir'
import { edgesOf, layerOf } from '@q/ir'
import type { FloatLayer } from '../float-layer.ts'
import { nodesOnFrom } from '../regions/reach.ts'
import { yolo } from './families/yolo.ts'
import type { Family, KeepRule } from './family.ts'
import { findBlocks, type Match } from './find-blocks.ts'

/** The families that are known, in the order in which they are tried. */
export const families: readonly Family[] = [yolo]

/** What a family keeps in float of a network. */
export interface FoundPattern {
  readonly family: string
  /** How often its block is in the network. */
  readonly count: number
  /** In the order of the graph. */
  readonly layers: readonly FloatLayer[]
  /** Comparisons of a node of the network with one of a small graph: a measure of the work. */
  readonly visits: number
}

/** Which families are tried, and whether only the layers of TPU-MLIR are kept. */
export interface PatternOptions {
  /** @default the families of this package */
  readonly families?: readonly Family[]
  /** Leaves out the rules that are no rules of TPU-MLIR 1.30.2. @default false */
  readonly vendorExact?: boolean
}

/**
 * The first family whose block is in the network, and the layers that it keeps in float.
 *
 * @param graph the canonical float graph
 * @returns undefined where no family has its block in the network
 */
export function floatPatterns(graph: Graph, options: PatternOptions = {}): FoundPattern | undefined {
  const edges = edgesOf(graph)
  let visits = 0
  const placesOf = (block: Family['block']): readonly Match[] => {
    const found = findBlocks(graph, edges, block)
    visits += found.visits
    return found.matches
  }
  for (const { name, block, keep } of options.families ?? families) {
    const count = placesOf(block).length
    if (count === 0) continue
    const rules = keep.filter(({ beyondVendor = false }) => !(beyondVendor && options.vendorExact))
    const starts = rules.flatMap((rule) =>
      placesOf(rule.where)
        .filter((match) => holds(rule, match, edges))
        .map((match) => match.get(rule.after)!),
    )
    const kept = nodesOnFrom(starts, edges)
    const why = [`in the tail of ${name}`]
    return { family: name, count, layers: graph.nodes.flatMap((node) => (kept.has(node) ? [{ layer: layerOf(node), why }] : [])), visits }
  }
  return undefined
}

/** Whether the users of the nodes of a match are those that a rule asks for. */
function holds({ oneUser = [], notUsedBy = {} }: KeepRule, match: Match, edges: Edges): boolean {
  const usersOf = (name: string): readonly Node[] => match.get(name)!.outputs.flatMap((output) => edges.consumers.get(output) ?? [])
  return (
    oneUser.every((name) => usersOf(name).length === 1) &&
    Object.entries(notUsedBy).every(([name, ops]) => !usersOf(name).some(({ op }) => ops.includes(op)))
  )
}
