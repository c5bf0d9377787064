import type { DType, InferredType } from '@q/ir'
import { broadcast } from '@q/ir/ops'
import { type Form, type FormView, flagAttr, type Normalize, numberAttr } from './form.ts'

const broadcastType = (view: FormView, dtype: DType): InferredType => ({
  dtype,
  shape: view.inputs.map((_, i) => view.type(i).shape).reduce((a, b) => broadcast(a, b)),
})

/** Operators of two or more operands that broadcast. */
export const elementwise: Normalize = (view) => ({
  op: view.op,
  inputs: view.inputs,
  attrs: {},
  types: [broadcastType(view, view.type(0).dtype)],
})

/** Comparisons and logic give truth values. */
export const truth: Normalize = (view) => ({ op: view.op, inputs: view.inputs, attrs: {}, types: [broadcastType(view, 'bool')] })

/** Division of integers rounds down afterwards. */
export const division: Normalize = (view) => {
  const { dtype } = view.type(0)
  return { op: 'Div', inputs: view.inputs, attrs: {}, types: [broadcastType(view, dtype)] }
}

/** Where: the type of its second operand. */
export const where: Normalize = (view) => ({
  op: 'Where',
  inputs: view.inputs,
  attrs: {},
  types: [broadcastType(view, view.type(1).dtype)],
})

/** Clip: the bounds as attributes, absent ones left out. */
export const clip: Normalize = (view) => {
  const bound = (name: string, operand: number): number | undefined =>
    view.inputs[operand] === undefined ? (view.attrs[name] as number | undefined) : view.known(operand)?.data[0]
  const dynamic = [1, 2].some((operand) => view.inputs[operand] !== undefined && view.known(operand) === undefined)
  if (dynamic) return clipBetweenTensors(view)
  const min = bound('min', 1)
  const max = bound('max', 2)
  return { op: 'Clip', inputs: [view.inputs[0]], attrs: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) } }
}

function clipBetweenTensors(view: FormView): Form {
  return view.inputs[2] === undefined
    ? { op: 'Max', inputs: [view.inputs[0], view.inputs[1]], attrs: {} }
    : { op: 'Min', inputs: [view.inputs[0], view.inputs[2]], attrs: {} }
}

/** Cast: a type of ours; a cast to the type it has is no operation. */
export const cast: Normalize = (view) => {
  const to = view.attrs['to'] as DType
  if (to === view.type(0).dtype) return view.inputs[0]!
  return { op: 'Cast', inputs: view.inputs, attrs: { to }, types: [{ dtype: to, shape: view.type(0).shape }] }
}

/** Gemm: every factor and transposition given. */
export const gemm: Normalize = (view) => {
  const transA = flagAttr(view, 'transA')
  const transB = flagAttr(view, 'transB')
  const [a, b] = [view.type(0).shape, view.type(1).shape]
  return {
    op: 'Gemm',
    inputs: view.inputs,
    attrs: { transA, transB, alpha: numberAttr(view, 'alpha'), beta: numberAttr(view, 'beta') },
    types: [{ dtype: view.type(0).dtype, shape: [transA ? a[1]! : a[0]!, transB ? b[0]! : b[1]!] }],
  }
}

/** MatMul with operands of one axis: the result loses that axis. */
export const matMul: Normalize = (view) => ({ op: 'MatMul', inputs: view.inputs, attrs: {} })
