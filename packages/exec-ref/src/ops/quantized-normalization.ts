import { roundF16 } from '@q/ir/number'
import type { Kernel } from '../kernel.ts'
import { around, newResult, num, operand, zeroPointOf } from '../operands.ts'

const f = Math.fround
const h = (x: number): number => roundF16(f(x))

/** Codes normalized over axis 1, every step a half float; sums of codes and of their squares are whole numbers, and exact. */
export const qPixelNormalization: Kernel = (call) => {
  const { data, type } = operand(call, 0)
  const [gains, biases] = [call.inputs[1]?.data, call.inputs[2]?.data]
  const { outer, size, inner } = around(type.shape, 1)
  const y = newResult(call)
  const zero = zeroPointOf(type)
  const scale = f(type.quant?.scale ?? 1)
  const [share, area, narrow, epsilon] = [h(1 / size), h(h(scale) ** 2), h(scale), h(num(call, 'epsilon'))]
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i
      let sum = 0
      let squares = 0
      for (let c = 0; c < size; c++) {
        const code = data[base + c * inner]! - zero
        sum += code
        squares += code * code
      }
      const mean = h(f(sum) * share)
      const variance = Math.max(0, h(h(h(squares) * share) - h(mean * mean)))
      const rate = h(h(1 / f(Math.sqrt(h(h(variance * area) + epsilon)))) * narrow)
      for (let c = 0; c < size; c++) {
        const at = base + c * inner
        let v = h(h(data[at]! - zero - mean) * rate)
        if (gains !== undefined) v = h(v * gains[c]!)
        if (biases !== undefined) v = h(v + biases[c]!)
        y[at] = v
      }
    }
  }
  return [y]
}
