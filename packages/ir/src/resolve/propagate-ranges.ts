import type { Plan } from '../contracts/strategy.ts'
import type { RangeRuleName, RangeStep, Target } from '../contracts/target.ts'
import { draftOf } from '../graph/draft.ts'
import type { Graph } from '../graph/types.ts'
import { backward, backwardMax } from './ranges/backward.ts'
import { forward } from './ranges/forward.ts'
import { type ApplyRangeRule, type RangeDraft, rangeDraftOf } from './ranges/range-draft.ts'
import { differenceSign, keepSign, productSign, sumSign } from './ranges/signs.ts'
import { coverConstants, sumOfProducts, unifyComparison, unifyOperands } from './ranges/unify.ts'

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

/** How often a step walks over the graph before it is stopped; rules that contradict each other could go on for ever. */
const mostSweeps = 100

/**
 * Lets calibrated ranges flow through operators that do not rescale, so that their operands and results share one scale.
 * Steps and rules come from the target; within a step the nodes are visited from the last to the first until nothing
 * changes. A rule may swap the operands of a node.
 */
export function propagateRanges(graph: Graph, target: Target, plan: Plan): Graph {
  const draft = draftOf(graph)
  const ranges = rangeDraftOf(draft, plan)
  for (const step of target.rangeSteps) settle(step, ranges)
  return draft.finish()
}

function settle(step: RangeStep, ranges: RangeDraft): void {
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let changed = false
    for (const { outputs } of [...ranges.graph.nodes()].reverse()) {
      for (const { rule, ops } of step) {
        const node = ranges.graph.producer(outputs[0]!)!
        if (ops.includes(ranges.form(node))) changed = rules[rule](node, ranges) || changed
      }
    }
    if (!changed) return
  }
}
