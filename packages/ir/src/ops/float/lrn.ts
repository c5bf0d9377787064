import { defineOp, float, int, one, own } from '../define.ts'
import { like, must } from '../infer.ts'

/**
 * Local response normalization: `x / (bias + alpha / size * sum of squares of size channels around)^beta`.
 *
 * - C1: `x` has the batch and the channels.
 *
 * @see https://onnx.ai/onnx/operators/onnx__LRN.html
 */
export const LRN = defineOp({
  name: 'LRN',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { size: int(), alpha: float(1e-4), beta: float(0.75), bias: float(1) },
  infer({ x }) {
    must(x.shape.length >= 2, 'C1: x has the batch and the channels', `[${x.shape.join(', ')}]`)
    return { y: like(x) }
  },
})
