import { defineOp, float, one, optional, own, weight } from '../define.ts'
import { like } from '../infer.ts'

/**
 * Divides by the root of the mean square over the last axis: `x / sqrt(mean(x^2) + epsilon) * scale`.
 *
 * @see https://onnx.ai/onnx/operators/onnx__RMSNormalization.html
 */
export const RMSNormalization = defineOp({
  name: 'RMSNormalization',
  inputs: { x: one(own()), scale: optional(weight(-1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})
