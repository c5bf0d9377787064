import { defineOp, float, one, optional, own, weight } from '../define.ts'
import { like, mustBePerChannel } from '../infer.ts'

/**
 * Normalizes each plane of each channel, then scales and shifts it.
 *
 * - C1: scales and biases are one for each channel.
 *
 * @see https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html
 */
export const InstanceNormalization = defineOp({
  name: 'InstanceNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer({ x, scale, bias }) {
    mustBePerChannel('scales', scale, x)
    mustBePerChannel('biases', bias, x)
    return { y: like(x) }
  },
})
