import { defineOp, ints, one, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Drops axes of size 1; a tensor that would have no axis left keeps one.
 *
 * - C1: only axes of size 1 are dropped.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Squeeze.html
 */
export const Squeeze = defineOp({
  name: 'Squeeze',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axes: spelled('axis', ints()) },
  infer({ x }, { axes }) {
    const gone = new Set(axes.map((axis) => frontAxis(axis, x.shape.length)))
    must(
      [...gone].every((axis) => x.shape[axis] === 1),
      'C1: only axes of size 1 are dropped',
      `axes [${axes.join(', ')}] of [${x.shape.join(', ')}]`,
    )
    const kept = x.shape.filter((_, i) => !gone.has(i))
    return { y: { dtype: x.dtype, shape: kept.length === 0 ? [1] : kept } }
  },
})
