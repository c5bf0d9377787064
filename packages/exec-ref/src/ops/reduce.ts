import { elementCount } from '@q/ir'
import { roundBf16, roundF16 } from '@q/ir/number'

import { gatherStrided } from '../compute/broadcast.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { around, flag, newResult, num, nums, operand, resultType, sameKind, stridesOf } from '../operands.ts'

const f = Math.fround

/** Folds the elements of the reduced axes in index order, each step in float32. */
const reduction =
  (
    start: number,
    step: (sum: number, x: number) => number,
    finish: (sum: number, count: number, call: KernelCall) => number = (sum) => sum,
  ): Kernel =>
  (call) => {
    const x = operand(call, 0)
    const { shape } = x.type
    const steps = stridesOf(shape)
    const gone = new Set(nums(call, 'axes').map((axis) => (axis < 0 ? axis + shape.length : axis)))
    const order = [...shape.keys()].sort((a, b) => Number(gone.has(a)) - Number(gone.has(b)) || a - b)
    const count = elementCount([...gone].map((axis) => shape[axis]!))
    const data = gatherStrided(
      x.data,
      order.map((axis) => shape[axis]!),
      order.map((axis) => steps[axis]!),
    )
    const y = newResult(call)
    for (let i = 0, at = 0; i < y.length; i++) {
      let sum = start
      for (let k = 0; k < count; k++) sum = f(step(sum, data[at++]!))
      y[i] = finish(sum, count, call)
    }
    return [y]
  }

/** The mean multiplies by 1 / n in the element type of the result. */
function share(count: number, call: KernelCall): number {
  const { dtype } = resultType(call)
  return dtype === 'f16' ? roundF16(1 / count) : dtype === 'bf16' ? roundBf16(1 / count, call.bf16) : f(1 / count)
}

export const reduceMax = reduction(-Infinity, Math.max)
export const reduceMin = reduction(Infinity, Math.min)
export const reduceSum = reduction(0, (sum, x) => sum + x)
export const reduceMean = reduction(
  0,
  (sum, x) => sum + x,
  (sum, count, call) => sum * share(count, call),
)
export const reduceProd = reduction(1, (product, x) => product * x)
export const reduceL1 = reduction(0, (sum, x) => sum + Math.abs(x))
export const reduceL2 = reduction(
  0,
  (sum, x) => sum + f(x * x),
  (sum) => Math.sqrt(sum),
)

/** Place and value of the largest or smallest element; of equal ones the first, or the last when asked. */
const arg =
  (better: (a: number, b: number) => boolean): Kernel =>
  (call) => {
    const x = operand(call, 0)
    const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
    const last = flag(call, 'select_last_index')
    const indices = newResult(call)
    const values = call.results.length > 1 ? newResult(call, 1) : sameKind(x.data, indices.length)
    for (let o = 0, to = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++, to++) {
        const base = o * size * inner + i
        let best = 0
        for (let k = 1; k < size; k++) {
          const candidate = x.data[base + k * inner]!
          const champion = x.data[base + best * inner]!
          if (better(candidate, champion) || (last && candidate === champion)) best = k
        }
        indices[to] = best
        values[to] = x.data[base + best * inner]!
      }
    }
    return [indices, values]
  }

export const argMax = arg((a, b) => a > b)
export const argMin = arg((a, b) => a < b)

/** The `k` best elements in order with their places; of equal ones the first comes first, and no number counts as infinity. */
export const topK: Kernel = (call) => {
  const x = operand(call, 0)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const k = num(call, 'k')
  const sign = flag(call, 'largest') ? 1 : -1
  const values = newResult(call)
  const indices = call.results.length > 1 ? newResult(call, 1) : new Float32Array(values.length)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (index: number): number => x.data[(o * size + index) * inner + i]!
      const rank = (index: number): number => (Number.isNaN(at(index)) ? Infinity : at(index))
      const order = Array.from({ length: size }, (_, index) => index).sort((a, b) => sign * (rank(b) - rank(a)) || a - b)
      for (let r = 0; r < k; r++) {
        values[(o * k + r) * inner + i] = at(order[r]!)
        indices[(o * k + r) * inner + i] = order[r]!
      }
    }
  }
  return [values, indices]
}

/** Running sums in float32. */
export const cumSum: Kernel = (call) => {
  const x = operand(call, 0)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const y = newResult(call)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0
      for (let k = 0, at = o * size * inner + i; k < size; k++, at += inner) {
        sum = f(sum + x.data[at]!)
        y[at] = sum
      }
    }
  }
  return [y]
}
