import { broadcastTo } from '../compute/broadcast.ts'
import type { Kernel } from '../kernel.ts'
import { newResult, operand } from '../operands.ts'

const f = Math.fround

/** Pairs of neighbours, turned: the products and their sum are float32 numbers. */
export const rope: Kernel = (call) => {
  const { data, type } = operand(call, 0)
  const [sin, cos] = [operand(call, 1), operand(call, 2)].map((each) => broadcastTo(each.data, each.type.shape, type.shape))
  const y = newResult(call)
  for (let i = 0; i < y.length; i += 2) {
    const [a, b] = [data[i]!, data[i + 1]!]
    y[i] = f(f(a * cos![i]!) + f(-b * sin![i]!))
    y[i + 1] = f(f(b * cos![i + 1]!) + f(a * sin![i + 1]!))
  }
  return [y]
}
