import { type Attrs, type AttrValue, type DType, frontAxis, type InferredType, QError } from '@q/ir'
import type { Literal } from '../fold/literal.ts'

/** A node of the file as a form rule sees it: attributes as stored, operands with what is known about them. */
export interface FormView {
  readonly op: string
  readonly opset: number
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
  readonly attrs: Readonly<Record<string, AttrValue | Literal>>
  /** The elements of an operand, when they are known. */
  known(operand: number): Literal | undefined
  type(operand: number): { readonly dtype: DType; readonly shape: readonly number[] }
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

/** Where a node stands, for errors. */
export const placeOf = (view: FormView): readonly string[] => [`${view.op} ${view.outputs[0] ?? ''}`.trim()]

/** An integer attribute. */
export function intAttr(view: FormView, name: string, fallback: number): number {
  return (view.attrs[name] as number | undefined) ?? fallback
}

/** A list attribute. */
export function intsAttr(view: FormView, name: string): readonly number[] | undefined {
  return view.attrs[name] as readonly number[] | undefined
}

/** A float attribute. */
export const floatAttr = intAttr

/** A word attribute. */
export function textAttr(view: FormView, name: string, fallback: string): string {
  return (view.attrs[name] as string | undefined) ?? fallback
}

/** The elements of an operand that must be known. @throws QError `ONNX_NOT_CONSTANT` */
export function constantOperand(view: FormView, operand: number, what: string): readonly number[] {
  const known = view.known(operand)
  if (known !== undefined) return Array.from(known.data)
  throw new QError('ONNX_NOT_CONSTANT', `the ${what} of ${view.op} is computed while the network runs`, {
    at: placeOf(view),
    found: view.inputs[operand] ?? 'nothing',
    wanted: `constant ${what}`,
    hint: 'give fixed input shapes, or simplify the model so that it becomes a constant',
  })
}

/** A list that old versions keep as an attribute and new ones as an operand. */
export function listOf(view: FormView, name: string, operand: number): readonly number[] | undefined {
  if (view.inputs[operand] !== undefined) return constantOperand(view, operand, name)
  return intsAttr(view, name)
}

/** Axes counted from the front. */
export function frontAxes(axes: readonly number[], rank: number): readonly number[] {
  return axes.map((axis) => frontAxis(axis, rank))
}

/** Refuses what an operator can say in ONNX but the program does not handle. */
export function refuse(view: FormView, message: string, found: string, wanted: string): never {
  throw new QError('ONNX_UNSUPPORTED', message, {
    at: placeOf(view),
    found,
    wanted,
    hint: 'export the model without it, or cut the graph before this node',
  })
}

/** The same operator with its data operands and the attributes listed. */
export const kept =
  (...names: readonly string[]): Normalize =>
  (view) => ({
    op: view.op,
    inputs: view.inputs,
    attrs: Object.fromEntries(names.flatMap((name) => (view.attrs[name] === undefined ? [] : [[name, view.attrs[name] as AttrValue]]))),
  })
