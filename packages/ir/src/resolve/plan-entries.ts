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
  if (rules === undefined || (node.op !== 'Add' && node.op !== 'Sub')) return undefined
  const number = numberOperand(node, (name) => valueOf(graph, name))
  if (node.op === 'Add') return number === undefined && isUneven(node, rangeOf) ? rules.unevenAdd : undefined
  const entry = rules.cancellingSub ?? (number === 0 ? rules.cancellingFromNumber : undefined)
  return entry !== undefined && isInteger && isCancelling(node, graph, rangeOf) ? entry : undefined
}

/** An Add of two calibrated tensors whose sizes differ by more than {@link unevenRatio}. */
function isUneven({ inputs }: Node, rangeOf: (name: string) => Range | undefined): boolean {
  if (inputs.length > 2) return false
  const [a, b] = inputs.map((name) => rangeOf(name!)).map((range) => (range === undefined ? 0 : threshold(range))) as [number, number]
  return Math.min(a, b) >= tiny && Math.fround(Math.max(a, b) / Math.min(a, b)) > unevenRatio
}

/** A Sub whose result is smaller than one of its operands. */
function isCancelling(node: Node, graph: Graph, rangeOf: (name: string) => Range | undefined): boolean {
  const range = rangeOf(node.outputs[0]!)
  if (range === undefined) return false
  return node.inputs.some((name) => {
    const { constant } = valueOf(graph, name!)
    const operand = constant === undefined ? rangeOf(name!) : extentOf(constant.data as Float32Array)
    return operand !== undefined && threshold(range) < threshold(operand)
  })
}

const extentOf = (values: Float32Array): Range => ({ min: 0, max: values.reduce((most, each) => Math.max(most, Math.abs(each)), 0) })

/** Layers that rewrites made, by the layer whose entry in the plan they inherit. */
export function placesByOrigin(frame: Frame): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  frame.places.forEach(({ node, name }, place) => {
    const origin = node?.origin?.[0]
    if (origin !== undefined && inherits(name, frame)) found.set(origin, [...(found.get(origin) ?? []), place])
  })
  return found
}

/** Layers whose entry is not the same in both plans. */
export function changedNames(before: Plan, after: Plan): readonly string[] {
  return [...new Set([...after.keys(), ...before.keys()])].filter((name) => before.get(name) !== after.get(name))
}

/** The caller's plan with the entries that layers of the rewritten graph inherit or are given. */
export function planInEffect(plan: Plan, entries: readonly (QuantMode | undefined)[], { places }: Frame): Plan {
  const added = places.flatMap(({ name }, place) => (entries[place] === undefined ? [] : [[name, entries[place]] as const]))
  // In the order of the plan, whose own entries stay.
  return new Map([...plan, ...added, ...plan])
}
