import { defineOp, float, int, one, optional, own, weight } from '../define.ts'
import { frontAxis, like } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Normalizes over the axes from `axis` on: `(x - mean) / sqrt(variance + epsilon) * scale + bias`.
 *
 * @see https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
 */
export const LayerNormalization = defineOp({
  name: 'LayerNormalization',
  inputs: { x: one(own()), scale: optional(weight(-1)), bias: optional(weight(-1)) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int(-1)), epsilon: float(1e-5) },
  infer({ x }, { axis }) {
    frontAxis(axis, x.shape.length)
    return { y: like(x) }
  },
})
