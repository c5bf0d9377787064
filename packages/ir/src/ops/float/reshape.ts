import { defineOp, ints, one, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { elementCount } from '../../tensor/tensor.ts'

/**
 * The same elements under another shape, given in full (ONNX's second operand, resolved).
 *
 * - C1: the number of elements stays.
 */
export const Reshape = defineOp({
  name: 'Reshape',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { shape: ints() },
  infer({ x }, { shape }) {
    must(elementCount(shape) === elementCount(x.shape), 'C1: the number of elements stays', `[${x.shape.join(', ')}] to [${shape.join(', ')}]`)
    return { y: { dtype: x.dtype, shape } }
  },
})

/** Drops axes of size 1. @see https://onnx.ai/onnx/operators/onnx__Squeeze.html */
export const Squeeze = defineOp({
  name: 'Squeeze',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axes: ints() },
  infer({ x }, { axes }) {
    const gone = new Set(axes.map((axis) => frontAxis(axis, x.shape.length)))
    must([...gone].every((axis) => x.shape[axis] === 1), 'C1: only axes of size 1 are dropped', `axes [${axes.join(', ')}] of [${x.shape.join(', ')}]`)
    const kept = x.shape.filter((_, i) => !gone.has(i))
    return { y: { dtype: x.dtype, shape: kept.length === 0 ? [1] : kept } }
  },
})

/** Inserts axes of size 1; `axes` count in the result. @see https://onnx.ai/onnx/operators/onnx__Unsqueeze.html */
export const Unsqueeze = defineOp({
  name: 'Unsqueeze',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axes: ints() },
  infer({ x }, { axes }) {
    const rank = x.shape.length + axes.length
    const added = new Set(axes.map((axis) => frontAxis(axis, rank)))
    let next = 0
    return { y: { dtype: x.dtype, shape: Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : x.shape[next++]!)) } }
  },
})
