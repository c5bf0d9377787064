import { defineOp, float, int, one, optional, own, weight } from '../define.ts'
import { like, must } from '../infer.ts'

/**
 * Normalizes each of `num_groups` groups of channels, then scales and shifts each channel.
 *
 * - C1: the groups divide the channels.
 *
 * @see https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
 */
export const GroupNormalization = defineOp({
  name: 'GroupNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { num_groups: int(), epsilon: float(1e-5) },
  infer({ x }, { num_groups }) {
    must(
      (x.shape[1] ?? Number.NaN) % num_groups === 0,
      'C1: the groups divide the channels',
      `${num_groups} groups of [${x.shape.join(', ')}]`,
    )
    return { y: like(x) }
  },
})
