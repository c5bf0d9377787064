import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type OpForm } from '@q/ir'
import { largestMultiplierOf } from '@q/ir/number'
import { copies } from '../target.ts'
import { comparisons, isEither, isTruth } from './compare.ts'

/** Forms that take the codes 0 and 1 of a comparison for 0 and 1, and the places of the operands that they take so; absent: all. */
const takingTruths: Readonly<Record<string, readonly number[] | undefined>> = {
  And: undefined,
  Mul: undefined,
  Not: undefined,
  Or: undefined,
  Where: [0],
  Xor: undefined,
}

/** Forms that take codes of their operands for codes of the result. */
const copying: ReadonlySet<string> = new Set([
  ...copies,
  ...['LeakyRelu', 'Max#constant', 'Min#constant', 'PRelu', 'Pad', 'ScatterND', 'Where'],
])

/** Forms that bring each operand to the scale of the result. */
const bringing: ReadonlySet<string> = new Set(['Add', 'Add#constant', 'Concat', 'Sub', 'Sub#constant'])

/**
 * Lowerings that compute in a float mode what takes truth values amiss, with a warning that says why. These are the codes 0 and 1, of the scale 1: the
 * chip would read those of two tensors that are compared as codes of the range that was calibrated, 1/255 as a rule; those of a comparison with a number
 * are read as they are, but no copy has their scale, and no factor of 8 bits brings them to a scale below 1/126.
 */
export function withTruths(lowerings: Readonly<Record<string, LowerOp>>): Readonly<Record<string, LowerOp>> {
  return Object.fromEntries(Object.entries(lowerings).map(([form, lower]) => [form, truthful(form, lower)]))
}

function truthful(form: string, lower: LowerOp): LowerOp {
  return (node, context) => {
    const why = context.scheme.kind === 'float' ? undefined : whyAmiss(form, node, context)
    return why === undefined ? lower(node, context) : inFloat(form, lower, node, context, why)
  }
}

function inFloat(form: string, lower: LowerOp, node: Node, context: LowerContext, why: string): LoweredNode {
  const { defaultFloat, ops } = context.target
  const mode = ops[form as OpForm]?.[defaultFloat] ?? defaultFloat
  const made = lower(node, context.in(mode))
  const message = `${layerOf(node)} is computed in ${mode} although the chip has ${node.op} in ${context.mode}: ${why}`
  const warning = { level: 'warning', code: 'COMPUTED_IN_FLOAT', message, at: [layerOf(node)] } as const
  return { ...made, diagnostics: [...(made.diagnostics ?? []), warning] }
}

/** Which operand of a layer on codes is truth values that it takes amiss, and why. */
function whyAmiss(form: string, node: Node, context: LowerContext): string | undefined {
  const areTruths = node.inputs.map((name) => name !== undefined && isTruth(name, context))
  if (!areTruths.includes(true)) return undefined
  // Truth values that are compared with one another are of one scale, whatever it is.
  if (isEither(node, context) || (areTruths.every(Boolean) && comparisons.has(node.op))) return undefined
  const { scale } = context.quantizedType(layerOf(node)).quant!
  const place = node.inputs.findIndex((name, at) => areTruths[at] && !isTaken(form, at) && isAmiss(form, name!, scale, context))
  return place < 0 ? undefined : `the truth values of ${node.inputs[place]} have no codes of scale ${scale} there`
}

const isTaken = (form: string, place: number): boolean => form in takingTruths && (takingTruths[form]?.includes(place) ?? true)

function isAmiss(form: string, name: string, result: number, context: LowerContext): boolean {
  const { scale } = context.quantizedType(name).quant!
  if (scale !== 1) return true
  if (copying.has(form)) return result !== 1
  // Multipliers stay below the largest.
  return bringing.has(form) && 1 / result >= largestMultiplierOf(context.integers.multipliers.operand) - 0.5
}
