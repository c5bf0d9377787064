import { bool, defineOp, int, none, one, own, shared } from '../define.ts'
import { frontAxis } from '../infer.ts'

/** The `k` largest (smallest) elements along `axis` and their places. @see https://onnx.ai/onnx/operators/onnx__TopK.html */
export const TopK = defineOp({
  name: 'TopK',
  inputs: { x: one(own()) },
  outputs: { values: shared('x'), indices: none() },
  attrs: { axis: int(-1), k: int(), largest: bool(true), sorted: bool(true) },
  infer({ x }, { axis, k }) {
    const at = frontAxis(axis, x.shape.length)
    const y = { dtype: x.dtype, shape: x.shape.map((d, i) => (i === at ? k : d)) }
    return { values: y, indices: y }
  },
})
