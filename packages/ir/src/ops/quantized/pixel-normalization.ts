import { defineOp, float, none, one, optional, own, weight } from '../define.ts'
import { mustBePerChannel } from '../infer.ts'

/**
 * Normalizes codes (their zero point taken off) over axis 1 into half floats. Each step is rounded to one, sums are exact before:
 * `share = 1 / channels`, `mean = share * sum`, `variance = max(0, share * h(sum of squares) - mean^2)`, `r = 1 / sqrt(variance * h(scale)^2 + epsilon)`,
 * then `(code - mean) * (r * h(scale))`, times the factor and plus the bias of the channel. Squares that add up to more than 65,504 are
 * infinite, and what they normalize is 0. As TPU-MLIR 1.30.2 and the simulator of its BM1684X compute PixelNorm on codes.
 *
 * - C1: factors and biases are one for each channel.
 */
export const QPixelNormalization = defineOp({
  name: 'QPixelNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: none() },
  attrs: { epsilon: float(1e-5) },
  infer({ x, scale, bias }) {
    mustBePerChannel('scales', scale, x)
    mustBePerChannel('biases', bias, x)
    return { y: { dtype: 'f16', shape: x.shape } }
  },
})
