import { defineOp, float, one, optional, own, weight } from '../define.ts'
import { like, mustBePerChannel } from '../infer.ts'

/**
 * Extension: normalizes over axis 1 at every place, then scales and shifts each channel.
 *
 * - C1: scales and biases are one for each channel.
 */
export const PixelNormalization = defineOp({
  name: 'PixelNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer({ x, scale, bias }) {
    mustBePerChannel('scales', scale, x)
    mustBePerChannel('biases', bias, x)
    return { y: like(x) }
  },
})
