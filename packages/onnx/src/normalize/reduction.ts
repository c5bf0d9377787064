import { frontAxis } from '@q/ir/ops'
import { constantOperand, countedFromEnd, type Form, flagAttr, frontAxes, listOf, type Normalize, numberAttr, refuse } from './form.ts'

/** What a reduction of nothing is, which `noop_with_empty_axes` asks for: the elements, or what is done to each of them. */
const ofNothing: Readonly<Record<string, (x: string) => Form>> = {
  ReduceL1: (x) => ({ op: 'Abs', inputs: [x], attrs: {} }),
  ReduceL2: (x) => ({ op: 'Abs', inputs: [x], attrs: {} }),
  ReduceSumSquare: (x) => ({ op: 'Mul', inputs: [x, x], attrs: {} }),
  ReduceLogSum: (x) => ({ op: 'Log', inputs: [x], attrs: {} }),
}

/** Reductions: the axes as an attribute, whichever version; none given means all. */
export const reduction: Normalize = (view) => {
  const rank = view.type(0).shape.length
  const given = listOf(view, 'axes')
  if ((given === undefined || given.length === 0) && flagAttr(view, 'noop_with_empty_axes'))
    return ofNothing[view.op]?.(view.inputs[0]!) ?? view.inputs[0]!
  const axes = given === undefined || given.length === 0 ? view.type(0).shape.map((_, i) => i) : [...frontAxes(given, rank)]
  const keepdims = flagAttr(view, 'keepdims')
  const { dtype, shape } = view.type(0)
  return {
    op: view.op,
    inputs: [view.inputs[0]],
    attrs: { axes, keepdims, ...countedFromEnd(given) },
    types: [{ dtype, shape: shape.flatMap((d, i) => (axes.includes(i) ? (keepdims ? [1] : []) : [d])) }],
  }
}

/** ArgMax and ArgMin. */
export const arg: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  const keepdims = flagAttr(view, 'keepdims')
  return {
    op: view.op,
    inputs: view.inputs,
    attrs: { axis, keepdims, select_last_index: flagAttr(view, 'select_last_index') },
    types: [{ dtype: 'i64', shape: shape.flatMap((d, i) => (i === axis ? (keepdims ? [1] : []) : [d])) }],
  }
}

/** TopK: the count as an attribute. */
export const topK: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  const counts = view.inputs[1] === undefined ? [numberAttr(view, 'k')] : constantOperand(view, 'K')
  if (counts.length !== 1) refuse(view, 'the count is not one number', `${counts.length} numbers`, '1 number')
  const k = counts[0]!
  if (k < 0) refuse(view, 'TopK picks fewer elements than none', `${k}`, '0 or more')
  if (k > shape[axis]!) refuse(view, 'TopK picks more elements than the axis has', `${k}`, `${shape[axis]} at most`)
  const result = shape.map((d, i) => (i === axis ? k : d))
  return {
    op: 'TopK',
    inputs: [view.inputs[0]],
    attrs: { axis, k, largest: flagAttr(view, 'largest'), sorted: flagAttr(view, 'sorted') },
    types: [
      { dtype, shape: result },
      { dtype: 'i64', shape: result },
    ],
  }
}

/** Softmax and LogSoftmax: before opset 13 over everything from the axis on, which is the same when that is the last axis of size above 1. */
export const softmax: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = frontAxis(numberAttr(view, 'axis'), shape.length)
  if (view.opset >= 13 || shape.slice(axis + 1).every((d) => d === 1)) return { op: view.op, inputs: view.inputs, attrs: { axis } }
  return { op: view.op, inputs: view.inputs, attrs: { axis, flattened: true } }
}

/** CumSum: the axis as an attribute. */
export const cumSum: Normalize = (view) => {
  const axes = constantOperand(view, 'axis')
  if (axes.length !== 1) refuse(view, 'the axis of CumSum is not one number', `${axes.length} numbers`, '1 number')
  return {
    op: 'CumSum',
    inputs: [view.inputs[0]],
    attrs: { axis: frontAxis(constantOperand(view, 'axis')[0]!, view.type(0).shape.length) },
  }
}
