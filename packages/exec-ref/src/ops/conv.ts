import { codeLimits } from '../compute/codes.ts'
import { convolve, convolveTransposed, type WriteChannel } from '../compute/convolution.ts'
import { finishSum } from '../compute/exact-sums.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { flag, newResult, resultType, zeroPointOf } from '../operands.ts'

type Sums = (call: KernelCall, write: WriteChannel) => void

/**
 * Float convolutions: the sum is taken in double and rounded to float32 together with the bias (the float32 sums of
 * other implementations depend on their order; this one is nearest to all of them), then ReLU. Where the results are 16-bit floats, one such sum in some thousands decides
 * on which side of a rounding it falls, and layers behind it multiply the difference: these sums are float32 numbers at every step, in the order of the definition and
 * with the bias last, as TPU-MLIR 1.30.2's interpreter adds them on a processor with AVX-512.
 */
const floatConv =
  (sumUp: Sums): Kernel =>
  (call) => {
    const y = newResult(call)
    const bias = call.inputs[2]?.data
    sumUp(call, (sums, channel, offset) => {
      const b = bias?.[channel] ?? 0
      for (let i = 0; i < sums.length; i++) y[offset + i] = sums[i]! + b
    })
    return [fuseRelu(call, y)]
  }

/** Integer convolutions: exact sums, one requantization for each output channel, zero point, ReLU, saturation. */
const integerConv =
  (sumUp: Sums): Kernel =>
  (call) => {
    const y = newResult(call)
    const type = resultType(call)
    const zero = zeroPointOf(type)
    const [min, max] = codeLimits(type, flag(call, 'relu'))
    sumUp(call, (sums, channel, offset) => {
      const finish = finishSum(call, channel, call.inputs[2], channel)
      for (let i = 0; i < sums.length; i++) {
        const v = finish(sums[i]!) + zero
        y[offset + i] = v > max ? max : v < min ? min : v
      }
    })
    return [y]
  }

export const conv = floatConv(convolve)
export const convTranspose = floatConv(convolveTransposed)
export const qConv = integerConv(convolve)
export const qConvTranspose = integerConv(convolveTransposed)
