import { codeLimits } from '../compute/codes.ts'
import { type FinishSum, finishSum } from '../compute/exact-sums.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import { multiplyMatrices } from '../compute/matrix-product.ts'
import type { Kernel } from '../kernel.ts'
import { flag, newResult, resultType, zeroPointOf } from '../operands.ts'

/** Float matrix product: the sum is taken in double and rounded to float32 together with the bias, then ReLU. */
export const matMul: Kernel = (call) => {
  const y = newResult(call)
  const bias = call.inputs[2]?.data
  multiplyMatrices(call, (sums, place, step) => {
    for (let j = 0; j < sums.length; j++) y[place + j * step] = sums[j]! + (bias === undefined ? 0 : bias[j % bias.length]!)
  })
  return [fuseRelu(call, y)]
}

/** Integer matrix product: exact sums, then requantization of each column. */
export const qMatMul: Kernel = (call) => {
  const y = newResult(call)
  const type = resultType(call)
  const zero = zeroPointOf(type)
  const [min, max] = codeLimits(type, flag(call, 'relu'))
  const bias = call.inputs[2]
  const given = Math.max(1, bias?.data.length ?? 1)
  const finish: FinishSum[] = []
  multiplyMatrices(call, (sums, place, step) => {
    for (let j = finish.length; j < sums.length; j++) finish.push(finishSum(call, j, bias, j % given))
    for (let j = 0; j < sums.length; j++) {
      const v = finish[j]!(sums[j]!) + zero
      y[place + j * step] = v > max ? max : v < min ? min : v
    }
  })
  return [y]
}
