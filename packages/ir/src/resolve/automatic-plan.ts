import type { Plan } from '../contracts/strategy.ts'
import type { Target } from '../contracts/target.ts'
import { layerOf, valueOf } from '../graph/edges.ts'
import { numberOperand } from '../graph/op-form.ts'
import type { Graph, Node, Range } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/** Ranges below this count as empty. */
const tiny = 1e-8
/** Operands of an Add that differ by more than this keep nothing of the smaller one in 8 bits. */
const unevenRatio = 64

const integerModes: readonly QuantMode[] = ['INT8', 'UINT8', 'W4INT8']

const threshold = ({ min, max }: Range): number => Math.fround(Math.max(Math.abs(min), Math.abs(max)))

/**
 * The plan with the entries that the target adds by itself (`Target.automaticPlan`), from the ranges as read from the
 * table. Explicit entries stay as they are.
 */
export function automaticPlan(graph: Graph, plan: Plan, target: Target, mode: QuantMode): Plan {
  const rules = target.automaticPlan
  if (rules === undefined) return plan
  const extended = new Map(plan)
  for (const node of graph.nodes) {
    const layer = layerOf(node)
    if (extended.has(layer)) continue
    if (rules.unevenAdd !== undefined && node.op === 'Add' && isUneven(graph, node)) extended.set(layer, rules.unevenAdd)
    if (rules.cancellingSub !== undefined && integerModes.includes(mode) && node.op === 'Sub' && isCancelling(graph, node)) {
      extended.set(layer, rules.cancellingSub)
    }
  }
  return extended
}

/** An Add of two calibrated tensors whose sizes differ by more than {@link unevenRatio}. */
function isUneven(graph: Graph, node: Node): boolean {
  if (node.inputs.length > 2 || numberOperand(node, (name) => valueOf(graph, name)) !== undefined) return false
  const sizes = node.inputs.map((name) => valueOf(graph, name!).type.range).map((range) => (range === undefined ? 0 : threshold(range)))
  const [a, b] = sizes as [number, number]
  if (a < tiny || b < tiny) return false
  return Math.fround(a / b) > unevenRatio || Math.fround(b / a) > unevenRatio
}

/** A Sub whose result is smaller than one of its operands. */
function isCancelling(graph: Graph, node: Node): boolean {
  const range = valueOf(graph, layerOf(node)).type.range
  if (range === undefined) return false
  const result = threshold(range)
  return node.inputs.some((name) => {
    const { type, constant } = valueOf(graph, name!)
    if (constant !== undefined) return result < largest(constant.data as Float32Array)
    return type.range !== undefined && result < threshold(type.range)
  })
}

function largest(values: Float32Array): number {
  let found = 0
  for (const value of values) found = Math.max(found, Math.abs(value))
  return Math.fround(found)
}
