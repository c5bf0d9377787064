import { multiplyShift, roundBf16, roundF16 } from '@q/ir/number'

import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { newResult, num, nums, operand, resultType } from '../operands.ts'

const f = Math.fround

/** `x [rows, inner] * w [inner, columns]` in doubles, `w` read from column `first` of rows `stride` long. */
function product(
  x: Numbers,
  w: Numbers,
  rows: number,
  inner: number,
  columns: number,
  first: number,
  stride: number,
  transposed = false,
): Float64Array {
  const y = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0
      for (let k = 0; k < inner; k++) sum += x[i * inner + k]! * (transposed ? w[j * stride + first + k]! : w[k * stride + first + j]!)
      y[i * columns + j] = sum
    }
  }
  return y
}

/** Sizes of an attention over `x [batch, m, c]` and keys `[batch, n, ck]`. */
function sizesOf(call: KernelCall): {
  batch: number
  m: number
  n: number
  c: number
  ck: number
  cv: number
  size: number
  heads: number
} {
  const x = operand(call, 0).type.shape
  const k = call.inputs[1]?.type.shape ?? x
  const v = call.inputs[2]?.type.shape ?? k
  const [m, c] = x.slice(-2) as [number, number]
  const batch = x.slice(0, -2).reduce((all, dim) => all * dim, 1)
  return { batch, m, c, n: k.at(-2)!, ck: k.at(-1)!, cv: v.at(-1)!, size: num(call, 'headSize'), heads: num(call, 'heads') }
}

/** The part of an operand that belongs to batch `b`. */
const partOf = (data: Numbers, b: number, batch: number): Numbers =>
  data.subarray((b * data.length) / batch, ((b + 1) * data.length) / batch)

/** Float attention; queries, keys, values, probabilities and their product are rounded to the result's type. */
export const attention: Kernel = (call) => {
  const { batch, m, n, c, ck, cv, size, heads } = sizesOf(call)
  const { dtype } = resultType(call)
  const round = dtype === 'f16' ? roundF16 : dtype === 'bf16' ? (v: number): number => roundBf16(v, call.bf16) : f
  const scale = f(num(call, 'scale'))
  const x = operand(call, 0).data
  const keys = call.inputs[1]?.data ?? x
  const values = call.inputs[2]?.data ?? keys
  const [wq, bq, wk, bk, wv, bv] = [3, 4, 5, 6, 7, 8].map((i) => call.inputs[i]?.data)
  const wo = operand(call, 9).data
  const bo = call.inputs[10]?.data
  const mask = call.inputs[11]?.data
  const width = heads * size
  const outs = resultType(call).shape.at(-1)!
  const y = newResult(call)
  const project = (data: Numbers, w: Numbers, b: Numbers | undefined, rows: number, inner: number, h: number): Float64Array =>
    product(data, w, rows, inner, size, h * size, width).map((v, i) => round(f(v + (b?.[h * size + (i % size)] ?? 0))))
  for (let b = 0; b < batch; b++) {
    const sums = new Float64Array(m * outs)
    for (let h = 0; h < heads; h++) {
      const q = project(partOf(x, b, batch), wq!, bq, m, c, h)
      const k = project(partOf(keys, b, batch), wk!, bk, n, ck, h)
      const v = project(partOf(values, b, batch), wv!, bv, n, cv, h)
      const scores = product(q, k, m, size, n, 0, size, true)
      const p = new Float64Array(m * n)
      for (let i = 0; i < m; i++) {
        let largest = -Infinity
        for (let j = 0; j < n; j++) {
          const at = i * n + j
          scores[at] = f(f(scores[at]!) * scale)
          if (mask !== undefined) scores[at] = f(scores[at]! + mask[mask.length === 1 ? 0 : (b * m * n + at) % mask.length]!)
          largest = Math.max(largest, scores[at]!)
        }
        let total = 0
        for (let j = 0; j < n; j++) total = f(total + (p[i * n + j] = f(Math.exp(f(scores[i * n + j]! - largest)))))
        for (let j = 0; j < n; j++) p[i * n + j] = round(f(p[i * n + j]! / total))
      }
      const pv = product(p, v, m, n, size, 0, size).map(round)
      product(pv, wo.subarray(h * size * outs), m, size, outs, 0, outs).forEach((sum, i) => {
        sums[i] = sums[i]! + sum
      })
    }
    sums.forEach((sum, i) => {
      y[b * m * outs + i] = sum + (bo?.[i % outs] ?? 0)
    })
  }
  return [y]
}

/** One head of attention on codes; the result is the int32 sum of the output projection. */
export const qAttention: Kernel = (call) => {
  const { batch, m, n, c, ck, cv, size } = sizesOf(call)
  const parameters = nums(call, 'parameters')
  const requantized = (data: Float64Array, which: number): Float64Array => {
    const [multiplier, shift, zero] = parameters.slice(3 * which, 3 * which + 3) as [number, number, number]
    return data.map((v) => Math.max(-128, Math.min(127, multiplyShift(v, multiplier, shift) + zero)))
  }
  const x = operand(call, 0).data
  const keys = call.inputs[1]?.data ?? x
  const values = call.inputs[2]?.data ?? keys
  const wo = operand(call, 9).data
  const bo = call.inputs[10]?.data
  const mask = call.inputs[11]?.data
  const table = operand(call, 12).data
  const outs = wo.length / size
  const divisorScale = f(1 / 255)
  const y = newResult(call)
  const project = (data: Numbers, weight: number, rows: number, inner: number): Float64Array => {
    const bias = call.inputs[weight + 1]?.data
    return product(data, operand(call, weight).data, rows, inner, size, 0, size).map((v, i) => v + (bias?.[i % size] ?? 0))
  }
  for (let b = 0; b < batch; b++) {
    const q = requantized(project(partOf(x, b, batch), 3, m, c), 0)
    const k = requantized(project(partOf(keys, b, batch), 5, n, ck), 1)
    const v = requantized(project(partOf(values, b, batch), 7, n, cv), 2)
    const scores = requantized(product(q, k, m, size, n, 0, size, true), 3)
    for (let at = 0; mask !== undefined && at < scores.length; at++) if (mask[(b * m * n + at) % mask.length] !== 0) scores[at] = -128
    const p = new Float64Array(m * n)
    for (let i = 0; i < m; i++) {
      const row = scores.subarray(i * n, (i + 1) * n)
      const largest = row.reduce((most, each) => Math.max(most, each), -Infinity)
      const total = row.reduce((sum, each) => f(sum + table[largest - each]!), 0)
      row.forEach((each, j) => {
        p[i * n + j] = Math.min(255, Math.trunc(f(table[largest - each]! / f(total * divisorScale)) + 0.5))
      })
    }
    const pv = requantized(product(p, v, m, n, size, 0, size), 4)
    product(pv, wo, m, size, outs, 0, outs).forEach((sum, i) => {
      y[b * m * outs + i] = sum + (bo?.[i % outs] ?? 0)
    })
  }
  return [y]
}
