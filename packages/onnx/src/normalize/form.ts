import { type Attrs, type AttrValue, type DType, type InferredType, QError } from '@q/ir'
import { frontAxis } from '@q/ir/ops'
import type { Literal } from '../fold/literal.ts'
import type { Unhonoured } from '../signature/signatures.ts'

/** A node of the file as a form rule sees it: attributes as stored, ONNX's defaults filled in, operands with what is known about them. */
export interface FormView {
  readonly op: string
  readonly opset: number
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
  readonly attrs: Readonly<Record<string, AttrValue | Literal>>
  /** The place of an operand by the name that the operator's signature gives it. */
  place(operand: string): number
  /** The elements of an operand, when they are known. */
  known(operand: number): Literal | undefined
  type(operand: number): { readonly dtype: DType; readonly shape: readonly number[] }
  /** Whether the network asks for a result of the node. */
  isUsed(result: string | undefined): boolean
  /** Shapes that the file declares for the results, where it fixes all sizes. */
  readonly declared: readonly (readonly number[] | undefined)[]
}

/**
 * A node in the one form that the rest of the program reads: operands that are always constants have become attributes.
 * `types` gives the results where the operator's rule cannot know them.
 */
export interface Form {
  readonly op: string
  readonly inputs: readonly (string | undefined)[]
  readonly attrs: Attrs
  readonly types?: readonly InferredType[]
}

/** Brings a node of any operator set version into its one form; a string means: the result is this operand. */
export type Normalize = (view: FormView) => Form | string

/** What to do about an operand that would have to be constant. */
export const constantHint =
  'give fixed input shapes (--input_shapes), or simplify the model so that it becomes a constant; or cut the network before this node (--output_names)'

/** Where a node stands, for errors. */
const placeOf = (view: FormView): readonly string[] => [`${view.op} ${view.outputs[0] ?? ''}`.trim()]

/** A number that every node of the operator has: its own, or ONNX's default. */
export function numberAttr(view: FormView, name: string): number {
  return given(view, name) as number
}

/** Yes or no, which ONNX writes as 1 and 0. */
export function flagAttr(view: FormView, name: string): boolean {
  return given(view, name) === 1
}

/** A word that every node of the operator has. */
export function wordAttr(view: FormView, name: string): string {
  return given(view, name) as string
}

/** A list attribute, which may be left out. */
export function listAttr(view: FormView, name: string): readonly number[] | undefined {
  return view.attrs[name] as readonly number[] | undefined
}

function given(view: FormView, name: string): AttrValue {
  const value = view.attrs[name] as AttrValue | undefined
  if (value !== undefined) return value
  throw new QError('ONNX_BAD_NODE', `${view.op} lacks its attribute ${name}`, {
    at: placeOf(view),
    found: Object.keys(view.attrs).join(', ') || 'no attributes',
    wanted: name,
    hint: 'check the model with onnx.checker, and export it again',
  })
}

/** The elements of an operand that must be known. @throws QError `ONNX_NOT_CONSTANT` */
export function constantOperand(view: FormView, name: string): readonly number[] {
  const operand = view.place(name)
  const known = view.known(operand)
  if (known !== undefined) return Array.from(known.data)
  const tensor = view.inputs[operand]
  throw new QError('ONNX_NOT_CONSTANT', `${view.op} is not supported where its operand ${name} is computed while the network runs`, {
    at: placeOf(view),
    found: tensor === undefined ? `no ${name}` : `${name} in ${tensor}`,
    wanted: `constant ${name}`,
    hint: constantHint,
  })
}

/** A list that old versions keep as an attribute and new ones as an operand. */
export function listOf(view: FormView, name: string): readonly number[] | undefined {
  if (view.inputs[view.place(name)] !== undefined) return constantOperand(view, name)
  return listAttr(view, name)
}

/** Axes counted from the front. */
export function frontAxes(axes: readonly number[], rank: number): readonly number[] {
  return axes.map((axis) => frontAxis(axis, rank))
}

/** Says of axes that all of them were counted from the end. */
export function countedFromEnd(axes: readonly number[] | undefined): { readonly fromEnd?: true } {
  return axes !== undefined && axes.length > 0 && axes.every((axis) => axis < 0) ? { fromEnd: true } : {}
}

/** Refuses what an operator can say in ONNX but the program does not handle. */
export function refuse(view: FormView, message: string, found: string, wanted: string, hint = exportHint): never {
  throw new QError('ONNX_UNSUPPORTED', message, { at: placeOf(view), found, wanted, hint })
}

const exportHint = 'export the model without it, or cut the network before this node (--output_names)'

/** Refuses attributes whose value is not among those that are honoured. */
export function checkHonoured(view: FormView, [refused]: readonly Unhonoured[]): void {
  if (refused === undefined) return
  const { name, value, wanted, isLeftOut } = refused
  const [found, honoured] = [`${name} ${String(value)}`, `${name} ${wanted.join(' or ')}`]
  if (!isLeftOut) refuse(view, `${view.op} with this ${name} is not supported`, found, honoured)
  refuse(
    view,
    `${view.op} without ${name} is not supported`,
    `no ${name}, which stands for ${found} in version ${view.opset} of the operator set`,
    honoured,
    `the exporter left it out: where ${honoured} is meant, give every such node the attribute (onnx.helper.make_attribute), or export the model for a newer version of the operator set`,
  )
}

/** The same operator with its operands and the attributes listed. */
export const kept =
  (...names: readonly string[]): Normalize =>
  (view) => ({
    op: view.op,
    inputs: view.inputs,
    attrs: Object.fromEntries(names.flatMap((name) => (view.attrs[name] === undefined ? [] : [[name, view.attrs[name] as AttrValue]]))),
  })
