import { bool, defineOp, int, none, one, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * The `k` largest (`largest` false: smallest) elements along `axis` and their places, in order, the first of equal ones first. Without `sorted`
 * ONNX leaves the order open; here it is the same.
 *
 * - C1: the axis has `k` elements.
 *
 * @see https://onnx.ai/onnx/operators/onnx__TopK.html
 */
export const TopK = defineOp({
  name: 'TopK',
  inputs: { x: one(own()) },
  outputs: { values: shared('x'), indices: none() },
  attrs: { axis: spelled('axis', int(-1)), k: int(), largest: bool(true), sorted: spelled('idle', bool(true)) },
  infer({ x }, { axis, k }) {
    const at = frontAxis(axis, x.shape.length)
    must(k >= 0 && k <= x.shape[at]!, 'C1: the axis has k elements', `k ${k} of ${x.shape[at]!}`)
    const y = { dtype: x.dtype, shape: x.shape.map((d, i) => (i === at ? k : d)) }
    return { values: y, indices: y }
  },
})
