import { type DType, elementCount, type InferredType } from '@q/ir'
import { broadcast } from '@q/ir/ops'
import { isFloat } from '../fold/literal.ts'
import { plainEquation } from './equation.ts'
import { type Form, type FormView, flagAttr, type Normalize, numberAttr, refuse } from './form.ts'

const broadcastType = (view: FormView, dtype: DType): InferredType => ({
  dtype,
  shape: view.inputs.map((_, i) => view.type(i).shape).reduce((a, b) => broadcast(a, b)),
})

/** Before opset 7 the second operand may stand at an axis of the first; only where NumPy's rules put it too. */
function checkAxis(view: FormView): void {
  const axis = view.attrs['axis'] as number | undefined
  if (axis === undefined || view.inputs[1] === undefined) return
  const last = view.type(0).shape.length - view.type(1).shape.length
  if ((axis < 0 ? axis + view.type(0).shape.length : axis) !== last)
    refuse(
      view,
      `${view.op} with this axis is not supported`,
      `axis ${axis}`,
      `axis ${last}, where the last axes are those of both operands`,
    )
}

/** Operators of two or more operands that broadcast. */
export const elementwise: Normalize = (view) => {
  checkAxis(view)
  return { op: view.op, inputs: view.inputs, attrs: {}, types: [broadcastType(view, view.type(0).dtype)] }
}

/** Comparisons and logic give truth values. */
export const truth: Normalize = (view) => {
  checkAxis(view)
  return { op: view.op, inputs: view.inputs, attrs: {}, types: [broadcastType(view, 'bool')] }
}

/** Remainders by their sign: that of the divisor, or with `fmod` that of the dividend. */
export const remainder: Normalize = (view) => {
  const { dtype } = view.type(0)
  const fmod = flagAttr(view, 'fmod')
  if (!fmod && isFloat(dtype)) refuse(view, 'ONNX has no Mod of floats with the sign of the divisor', 'fmod 0', 'fmod 1, or integers')
  return { op: 'Mod', inputs: view.inputs, attrs: { fmod }, types: [broadcastType(view, dtype)] }
}

/** PRelu, whose slopes are repeated along the tensor, never the tensor along them. */
export const pRelu: Normalize = (view) => {
  const [x, slope] = [view.type(0).shape, view.type(1).shape]
  if (broadcast(x, slope).join() !== x.join())
    refuse(view, 'slopes that are more than the tensor has elements are not supported', `[${slope.join(', ')}]`, `of [${x.join(', ')}]`)
  return { op: 'PRelu', inputs: view.inputs, attrs: {}, types: [view.type(0)] }
}

/** Where: the type of its second operand. */
export const where: Normalize = (view) => ({
  op: 'Where',
  inputs: view.inputs,
  attrs: {},
  types: [broadcastType(view, view.type(1).dtype)],
})

/** Clip: the bounds as attributes, absent ones left out; one that is computed stays an operand. A lower bound above the upper one is as if it were that one. */
export const clip: Normalize = (view) => {
  const bound = (name: string, operand: number): number | undefined =>
    view.inputs[operand] === undefined ? (view.attrs[name] as number | undefined) : view.known(operand)?.data[0]
  const dynamic = [1, 2].some((operand) => view.inputs[operand] !== undefined && view.known(operand) === undefined)
  for (const operand of [1, 2])
    if (view.inputs[operand] !== undefined && elementCount(view.type(operand).shape) !== 1)
      refuse(view, 'a bound is not one number', `[${view.type(operand).shape.join(', ')}]`, '1 number')
  if (dynamic) return clipBetweenTensors(view)
  const max = bound('max', 2)
  const given = bound('min', 1)
  const min = given !== undefined && max !== undefined ? Math.min(given, max) : given
  return { op: 'Clip', inputs: [view.inputs[0]], attrs: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) } }
}

/** Clip with a computed bound; where the other one is infinite, nothing lies beyond it. */
function clipBetweenTensors(view: FormView): Form {
  const [x] = view.inputs
  const finite = (operand: number, none: number): string | undefined =>
    view.inputs[operand] !== undefined && view.known(operand)?.data[0] === none ? undefined : view.inputs[operand]
  const [low, high] = [finite(1, Number.NEGATIVE_INFINITY), finite(2, Number.POSITIVE_INFINITY)]
  if (high === undefined) return { op: 'Max', inputs: [x, low], attrs: {} }
  return low === undefined ? { op: 'Min', inputs: [x, high], attrs: {} } : { op: 'Clip', inputs: [x, low, high], attrs: {} }
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
  if (a.length !== 2 || b.length !== 2)
    refuse(view, 'Gemm multiplies matrices', `operands of shapes [${a.join(', ')}] and [${b.join(', ')}]`, 'two axes of each')
  return {
    op: 'Gemm',
    inputs: view.inputs,
    attrs: { transA, transB, alpha: numberAttr(view, 'alpha'), beta: numberAttr(view, 'beta') },
    types: [{ dtype: view.type(0).dtype, shape: [transA ? a[1]! : a[0]!, transB ? b[0]! : b[1]!] }],
  }
}

/** Einsum with a letter for every axis; equations that are no layers of their own are read as nodes of other operators. */
export const einsum: Normalize = (view) => ({ op: 'Einsum', inputs: view.inputs, attrs: { equation: plainEquation(view)! } })

/** MatMul with operands of one axis: the result loses that axis. */
export const matMul: Normalize = (view) => ({ op: 'MatMul', inputs: view.inputs, attrs: {} })
