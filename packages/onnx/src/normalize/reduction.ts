import { frontAxis } from '@q/ir'
import { constantOperand, frontAxes, intAttr, listOf, type Normalize, refuse } from './form.ts'

/** Reductions: the axes as an attribute, whichever version; none given means all. */
export const reduction: Normalize = (view) => {
  const rank = view.type(0).shape.length
  const given = listOf(view, 'axes', 1)
  if ((given === undefined || given.length === 0) && intAttr(view, 'noop_with_empty_axes', 0) === 1) return view.inputs[0]!
  const axes = given === undefined || given.length === 0 ? view.type(0).shape.map((_, i) => i) : [...frontAxes(given, rank)]
  const keepdims = intAttr(view, 'keepdims', 1) === 1
  const { dtype, shape } = view.type(0)
  return {
    op: view.op,
    inputs: [view.inputs[0]],
    attrs: { axes, keepdims, ...(view.op === 'ReduceMean' && given?.every((axis) => axis < 0) === true ? { fromEnd: true } : {}) },
    types: [{ dtype, shape: shape.flatMap((d, i) => (axes.includes(i) ? (keepdims ? [1] : []) : [d])) }],
  }
}

/** ArgMax and ArgMin. */
export const arg: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = frontAxis(intAttr(view, 'axis', 0), shape.length)
  const keepdims = intAttr(view, 'keepdims', 1) === 1
  return {
    op: view.op,
    inputs: view.inputs,
    attrs: { axis, keepdims, select_last_index: intAttr(view, 'select_last_index', 0) === 1 },
    types: [{ dtype: 'i64', shape: shape.flatMap((d, i) => (i === axis ? (keepdims ? [1] : []) : [d])) }],
  }
}

/** TopK: the count as an attribute. */
export const topK: Normalize = (view) => {
  const { shape, dtype } = view.type(0)
  const axis = frontAxis(intAttr(view, 'axis', -1), shape.length)
  const k = view.inputs[1] === undefined ? intAttr(view, 'k', 1) : constantOperand(view, 1, 'k')[0]!
  const result = shape.map((d, i) => (i === axis ? k : d))
  return {
    op: 'TopK',
    inputs: [view.inputs[0]],
    attrs: { axis, k, largest: intAttr(view, 'largest', 1) === 1, sorted: intAttr(view, 'sorted', 1) === 1 },
    types: [
      { dtype, shape: result },
      { dtype: 'i64', shape: result },
    ],
  }
}

/** Softmax and LogSoftmax: before opset 13 over everything from the axis on, which is the same when that is the last axis of size above 1. */
export const softmax: Normalize = (view) => {
  const { shape } = view.type(0)
  const axis = frontAxis(intAttr(view, 'axis', view.opset >= 13 ? -1 : 1), shape.length)
  if (view.opset >= 13 || shape.slice(axis + 1).every((d) => d === 1)) return { op: view.op, inputs: view.inputs, attrs: { axis } }
  return { op: view.op, inputs: view.inputs, attrs: { axis, flattened: true } }
}

/** CumSum: the axis as an attribute. */
export const cumSum: Normalize = (view) => {
  if (intAttr(view, 'exclusive', 0) === 1 || intAttr(view, 'reverse', 0) === 1)
    refuse(view, 'this way of summing is not supported', 'exclusive or reverse', 'neither')
  return {
    op: 'CumSum',
    inputs: [view.inputs[0]],
    attrs: { axis: frontAxis(constantOperand(view, 1, 'axis')[0]!, view.type(0).shape.length) },
  }
}
