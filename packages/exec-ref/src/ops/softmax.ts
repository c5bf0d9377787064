import { codeLimitsOf } from '@q/ir/graph'
import { roundHalfAway } from '@q/ir/number'
import { codeLimits } from '../compute/codes.ts'
import type { Kernel } from '../kernel.ts'
import { around, flag, newResult, num, operand, resultType, zeroPointOf } from '../operands.ts'

const f = Math.fround

/**
 * `e^(x - max) / sum`, exponentials and their sum float32 in axis order; codes count times their scale. The logarithm is
 * that of the float32 quotient (TPU-MLIR 1.30.2 behaviour); where that is 0 it is taken as `x - max - log(sum)`.
 */
export const softmax: Kernel = (call) => {
  const x = operand(call, 0)
  const y = newResult(call)
  const scale = x.type.quant === undefined ? 1 : f(x.type.quant.scale)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const log = flag(call, 'log')
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i
      let largest = -Infinity
      for (let k = 0; k < size; k++) largest = Math.max(largest, x.data[base + k * inner]!)
      let sum = 0
      for (let k = 0; k < size; k++) {
        const at = base + k * inner
        const shifted = f(f(x.data[at]! - largest) * scale)
        const e = f(Math.exp(shifted))
        sum = f(sum + e)
        y[at] = log && e === 0 ? shifted : e
      }
      const logSum = f(Math.log(sum))
      for (let k = 0; k < size; k++) {
        const at = base + k * inner
        const share = f(y[at]! / sum)
        y[at] = !log ? share : y[at]! < 0 ? y[at]! - logSum : Math.log(share)
      }
    }
  }
  return [y]
}

/** Softmax on codes: exponentials from a table by the distance to the largest code. */
export const qSoftmax: Kernel = (call) => {
  const x = operand(call, 0)
  const table = operand(call, 1).data
  const type = resultType(call)
  const y = newResult(call)
  const zero = zeroPointOf(type)
  const scale = f(type.quant?.scale ?? 1)
  const [min, max] = codeLimits(type, false)
  const round = codeLimitsOf({ dtype: type.dtype })[0] < 0 ? roundHalfAway : (p: number): number => Math.trunc(p + 0.5)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i
      let largest = -Infinity
      for (let k = 0; k < size; k++) largest = Math.max(largest, x.data[base + k * inner]!)
      let sum = 0
      for (let k = 0; k < size; k++) sum = f(sum + table[largest - x.data[base + k * inner]!]!)
      const divisor = f(sum * scale)
      for (let k = 0; k < size; k++) {
        const at = base + k * inner
        const v = round(f(table[largest - x.data[at]!]! / divisor)) + zero
        y[at] = v > max ? max : v < min ? min : v
      }
    }
  }
  return [y]
}
