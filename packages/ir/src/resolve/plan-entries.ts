import type { Plan } from '../contracts/strategy.ts'
import type { Target } from '../contracts/target.ts'
import { valueOf } from '../graph/edges.ts'
import { numberOperand } from '../graph/op-form.ts'
import type { Graph, Node, Range } from '../graph/types.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { Frame } from './frame.ts'

/** Ranges below this count as empty. */
const tiny = 1e-8
/** Operands of an Add that differ by more than this keep nothing of the smaller one in 8 bits. */
const unevenRatio = 64

const threshold = ({ min, max }: Range): number => Math.fround(Math.max(Math.abs(min), Math.abs(max)))

/** The entry of a plan for a node of the rewritten graph: its own, or that of the layer it comes from where it inherits one. */
export function plannedEntry(node: Node, name: string, plan: Plan, frame: Frame): QuantMode | undefined {
  return plan.get(name) ?? (inherits(name, frame) ? plan.get(node.origin?.[0] ?? name) : undefined)
}

const inherits = (name: string, { float, listedAlone }: Frame): boolean => !float.values.has(name) && !listedAlone.has(name)

/**
 * The entry that a target adds by itself for a node that the plan says nothing of (`Target.automaticPlan`), from the ranges as read from the
 * table.
 *
 * @param isInteger whether the mode of the whole graph computes on codes
 */
export function automaticEntry(
  node: Node,
  graph: Graph,
  target: Target,
  isInteger: boolean,
  rangeOf: (name: string) => Range | undefined,
): QuantMode | undefined {
  const rules = target.automaticPlan
  if (rules === undefined) return undefined
  if (rules.unevenAdd !== undefined && node.op === 'Add' && isUneven(node, graph, rangeOf)) return rules.unevenAdd
  if (!isInteger || node.op !== 'Sub') return undefined
  const isFromNumber = numberOperand(node, (name) => valueOf(graph, name)) === 0
  const entry = rules.cancellingSub ?? (isFromNumber ? rules.cancellingFromNumber : undefined)
  return entry !== undefined && isCancelling(node, graph, rangeOf) ? entry : undefined
}

/** An Add of two calibrated tensors whose sizes differ by more than {@link unevenRatio}. */
function isUneven(node: Node, graph: Graph, rangeOf: (name: string) => Range | undefined): boolean {
  if (node.inputs.length > 2 || numberOperand(node, (name) => valueOf(graph, name)) !== undefined) return false
  const [a, b] = node.inputs.map((name) => rangeOf(name!)).map((range) => (range === undefined ? 0 : threshold(range))) as [number, number]
  if (a < tiny || b < tiny) return false
  return Math.fround(a / b) > unevenRatio || Math.fround(b / a) > unevenRatio
}

/** A Sub whose result is smaller than one of its operands. */
function isCancelling(node: Node, graph: Graph, rangeOf: (name: string) => Range | undefined): boolean {
  const range = rangeOf(node.outputs[0]!)
  if (range === undefined) return false
  const result = threshold(range)
  return node.inputs.some((name) => {
    const { constant } = valueOf(graph, name!)
    if (constant !== undefined) return result < largest(constant.data as Float32Array)
    const operand = rangeOf(name!)
    return operand !== undefined && result < threshold(operand)
  })
}

function largest(values: Float32Array): number {
  let found = 0
  for (const value of values) found = Math.max(found, Math.abs(value))
  return Math.fround(found)
}

/** Layers that rewrites made, by the layer whose entry in the plan they inherit. */
export function placesByOrigin(frame: Frame): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  frame.places.forEach(({ node, name }, place) => {
    const origin = node?.origin?.[0]
    if (origin === undefined || !inherits(name, frame)) return
    found.set(origin, [...(found.get(origin) ?? []), place])
  })
  return found
}

/** Layers whose entry is not the same in both plans. */
export function changedNames(before: Plan, after: Plan): readonly string[] {
  const changed: string[] = []
  for (const [name, mode] of after) if (before.get(name) !== mode) changed.push(name)
  for (const name of before.keys()) if (!after.has(name)) changed.push(name)
  return changed
}

/** The caller's plan with the entries that layers of the rewritten graph inherit or are given. */
export function planInEffect(plan: Plan, entries: readonly (QuantMode | undefined)[], { places }: Frame): Plan {
  const extended = new Map(plan)
  entries.forEach((entry, place) => {
    if (entry !== undefined && !extended.has(places[place]!.name)) extended.set(places[place]!.name, entry)
  })
  return extended
}
