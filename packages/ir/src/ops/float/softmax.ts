import { bool, defineOp, fixed, int, one, own } from '../define.ts'
import { frontAxis, like } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** `e^x / sum(e^x)` along `axis`; with the extension `log`, its logarithm. @see https://onnx.ai/onnx/operators/onnx__Softmax.html */
export const Softmax = defineOp({
  name: 'Softmax',
  inputs: { x: one(own()) },
  outputs: { y: fixed(0, 1) },
  attrs: { axis: spelled('axis', int(-1)), log: bool(false) },
  infer({ x }, { axis }) {
    frontAxis(axis, x.shape.length)
    return { y: like(x) }
  },
})
