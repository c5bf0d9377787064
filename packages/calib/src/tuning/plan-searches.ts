import type { Graph, Node } from '@q/ir'
import { valueOf } from '@q/ir'
import { isActivation } from '../layers.ts'
import type { CandidateOptions } from './candidates.ts'
import { thresholdCandidates } from './candidates.ts'

/** A value's threshold as printed in the table, and its largest magnitude. */
export interface TunedValue {
  readonly threshold: number
  readonly magnitude: number
}

/** An input of a node whose threshold is searched for on that node's output. */
export interface Search {
  readonly input: string
  /** Thresholds to try, the present one first. */
  readonly candidates: readonly number[]
}

/** The activation operands of a node, an operand as often as it stands there. */
export function activationInputs(graph: Graph, node: Node): readonly string[] {
  return node.inputs.filter((input): input is string => input !== undefined && isActivation(valueOf(graph, input)))
}

/**
 * Which values are tuned on which nodes: on a node the inputs that no earlier node was tuned for, or its first input when there is
 * none. A node with several results tunes nothing and counts its first input as tuned. Searches without candidates are left out.
 */
export function planSearches(
  graph: Graph,
  values: ReadonlyMap<string, TunedValue>,
  options: CandidateOptions,
): ReadonlyMap<Node, readonly Search[]> {
  const tuned = new Set<string>()
  const plan = new Map<Node, readonly Search[]>()
  for (const node of graph.nodes) {
    const inputs = [...new Set(activationInputs(graph, node))]
    const fresh = inputs.filter((input) => !tuned.has(input))
    const searched = node.outputs.length > 1 ? inputs.slice(0, 1) : fresh.length > 0 ? fresh : inputs.slice(0, 1)
    for (const input of searched) tuned.add(input)
    if (node.outputs.length > 1) continue
    const searches = searched.flatMap((input) => {
      const value = values.get(input)
      const candidates =
        value === undefined || valueOf(graph, input).type.dtype !== 'f32'
          ? []
          : thresholdCandidates(value.threshold, value.magnitude, options)
      return candidates.length === 0 ? [] : [{ input, candidates }]
    })
    if (searches.length > 0) plan.set(node, searches)
  }
  return plan
}
