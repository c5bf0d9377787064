import { codeLimits } from '../compute/codes.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import { multiplyMatrices } from '../compute/matrix-product.ts'
import { requantizerOf } from '../compute/requantizer.ts'
import type { Kernel } from '../kernel.ts'
import { flag, newResult, nums, resultType, zeroPointOf } from '../operands.ts'

/** Float matrix product: the sum is taken in double and rounded to float32 together with the bias, then ReLU. */
export const matMul: Kernel = (call) => {
  const y = newResult(call)
  const bias = call.inputs[2]?.data
  multiplyMatrices(call, (sums, place, step) => {
    for (let j = 0; j < sums.length; j++) y[place + j * step] = sums[j]! + (bias === undefined ? 0 : bias[j % bias.length]!)
  })
  return [fuseRelu(call, y)]
}

/** Integer matrix product: exact sums (the bias makes up for the zero point of `a`), then requantization of each column. */
export const qMatMul: Kernel = (call) => {
  const y = newResult(call)
  const type = resultType(call)
  const bias = call.inputs[2]?.data
  const zero = zeroPointOf(type)
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const columns = Math.max(1, nums(call, 'multipliers').length, nums(call, 'shifts').length)
  const requantize = Array.from({ length: columns }, (_, j) => requantizerOf(call, j))
  multiplyMatrices(call, (sums, place, step) => {
    for (let j = 0; j < sums.length; j++) {
      const v = requantize[columns === 1 ? 0 : j]!(sums[j]! + (bias === undefined ? 0 : bias[j % bias.length]!)) + zero
      y[place + j * step] = v > max ? max : v < min ? min : v
    }
  })
  return [y]
}
