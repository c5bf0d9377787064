import type { RangeRuleName, RangeStep } from '../../contracts/target.ts'
import { valueOf } from '../../graph/edges.ts'
import type { Node, Range } from '../../graph/types.ts'
import type { Frame } from '../frame.ts'
import { backward, backwardMax } from './backward.ts'
import { forward } from './forward.ts'
import type { RangeIsland } from './islands.ts'
import { type ApplyRangeRule, type RangeDraft, sameRange } from './range-draft.ts'
import { differenceSign, keepSign, productSign, sumSign } from './signs.ts'
import { coverConstants, sumOfProducts, unifyComparison, unifyOperands } from './unify.ts'

const rules: Readonly<Record<RangeRuleName, ApplyRangeRule>> = {
  forward: forward,
  backward: backward,
  'backward-max': backwardMax,
  'keep-sign': keepSign,
  'sum-sign': sumSign,
  'product-sign': productSign,
  'difference-sign': differenceSign,
  'unify-operands': unifyOperands,
  'sum-of-products': sumOfProducts,
  'unify-comparison': unifyComparison,
  'cover-constants': coverConstants,
}

/** How often a step walks over an island before it is stopped; rules that contradict each other could go on for ever. */
const mostSweeps = 100

/** Ranges of the values of an island after all rules, and the nodes whose operands were exchanged. */
export interface SettledRanges {
  readonly ranges: ReadonlyMap<string, Range>
  readonly swapped: ReadonlyMap<string, Node>
}

/**
 * Lets the ranges of an island flow through operators that do not rescale, so that their operands and results share one scale. Steps and rules come from
 * the target; within a step the nodes are visited from the last to the first until nothing changes. A rule may swap the operands of a node.
 *
 * @param rangeOf ranges as read from the table
 * @param isFloat whether the plan keeps a layer in a float mode
 */
export function settleRanges(
  island: RangeIsland,
  steps: readonly RangeStep[],
  frame: Frame,
  rangeOf: (name: string) => Range | undefined,
  isFloat: (layer: string) => boolean,
): SettledRanges {
  const ranges = new Map<string, Range>()
  for (const name of island.values) {
    const range = rangeOf(name)
    if (range !== undefined) ranges.set(name, range)
  }
  const swapped = new Map<string, Node>()
  const draft = draftOver(frame, ranges, swapped, rangeOf, isFloat)
  const layers = island.layers.toReversed()
  for (const step of steps) {
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      let changed = false
      for (const layer of layers) {
        for (const { rule, ops } of step) {
          const node = draft.producer(layer)!
          if (ops.includes(draft.form(node))) changed = rules[rule](node, draft) || changed
        }
      }
      if (!changed) break
    }
  }
  return { ranges, swapped }
}

function draftOver(
  { graph, edges, places, placeOf, isOutput }: Frame,
  ranges: Map<string, Range>,
  swapped: Map<string, Node>,
  rangeOf: (name: string) => Range | undefined,
  isFloat: (layer: string) => boolean,
): RangeDraft {
  const current = (node: Node): Node => swapped.get(node.outputs[0]!) ?? node
  return {
    rangeOf: (name) => ranges.get(name) ?? rangeOf(name),
    setRange(name, range) {
      if (sameRange(ranges.get(name), range)) return false
      ranges.set(name, range)
      return true
    },
    swapOperands(node) {
      const layer = node.outputs[0]!
      if (!swapped.delete(layer)) swapped.set(layer, { ...node, inputs: node.inputs.toReversed() })
    },
    value: (name) => valueOf(graph, name),
    has: (name) => graph.values.has(name),
    producer(name) {
      const node = edges.producer.get(name)
      return node === undefined ? undefined : current(node)
    },
    consumers: (name) => (edges.consumers.get(name) ?? []).map(current),
    useCount: edges.useCount,
    isOutput: (name) => isOutput.has(name),
    isFloat,
    form: (node) => places[placeOf.get(node.outputs[0]!)!]!.form!,
  }
}
