import { defineOp, int, one, own } from '../define.ts'
import { frontAxis, like } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** Running sum along `axis`. @see https://onnx.ai/onnx/operators/onnx__CumSum.html */
export const CumSum = defineOp({
  name: 'CumSum',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int()) },
  infer({ x }, { axis }) {
    frontAxis(axis, x.shape.length)
    return { y: like(x) }
  },
})
