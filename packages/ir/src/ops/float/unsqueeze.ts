import { defineOp, ints, one, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Inserts axes of size 1; `axes` count in the result.
 *
 * - C1: every axis is named once.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Unsqueeze.html
 */
export const Unsqueeze = defineOp({
  name: 'Unsqueeze',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axes: spelled('axes-of-result', ints()) },
  infer({ x }, { axes }) {
    const rank = x.shape.length + axes.length
    const added = new Set(axes.map((axis) => frontAxis(axis, rank)))
    must(added.size === axes.length, 'C1: every axis is named once', `[${axes.join(', ')}]`)
    let next = 0
    return { y: { dtype: x.dtype, shape: Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : x.shape[next++]!)) } }
  },
})
