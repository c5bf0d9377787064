import { type Bf16Style, encodeBf16, roundBf16, truncatingBf16 } from '@q/ir/number'
import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { around, flag, newResult, num, operand, word } from '../operands.ts'

const f = Math.fround
const smallestNormal = 2 ** -126

/** Sums and products of a chip that computes in bfloat16: what is below its smallest number is 0, before and after. */
interface NarrowMath {
  round(x: number): number
  add(a: number, b: number): number
  multiply(a: number, b: number): number
}

function mathOf(style: Bf16Style): NarrowMath {
  const flushed = (x: number): number => (Math.abs(x) < smallestNormal ? 0 : x)
  const round = (x: number): number => roundBf16(x, style)
  return {
    round,
    add: (a, b) => round(flushed(f(flushed(a) + flushed(b)))),
    multiply: (a, b) => round(flushed(f(flushed(a) * flushed(b)))),
  }
}

/** Pieces of straight lines over the numbers from `min` to `max`. */
function slopesOf(table: Numbers, slopes: Numbers, min: number, max: number, math: NarrowMath): (x: number) => number {
  const middle = math.round(-(min + max) / 2)
  const steps = math.round(256 / (max - min))
  return (x) => {
    const u = math.multiply(math.add(x, middle), steps)
    const k = Math.max(-128, Math.min(127, Math.trunc(u)))
    return math.add(table[k & 255]!, math.multiply(math.round(u - k), slopes[k & 255]!))
  }
}

/** A function of exponent and mantissa. */
function mantissasOf(table: Numbers, mantissas: Numbers, isSum: boolean, math: NarrowMath): (x: number) => number {
  const combine = isSum ? math.add : math.multiply
  return (x) => {
    const e = x === 0 || x !== x ? 0 : Math.max(1, Math.min(127, exponentOf(Math.abs(x)) + 63)) + (x < 0 ? 128 : 0)
    return combine(table[e]!, mantissas[encodeBf16(x, truncatingBf16) & 255]!)
  }
}

/** The exponent of the greatest power of two that is not above a positive number. */
function exponentOf(x: number): number {
  const exponent = Math.floor(Math.log2(x))
  return 2 ** exponent > x ? exponent - 1 : 2 ** (exponent + 1) <= x ? exponent + 1 : exponent
}

const eachElement = (call: KernelCall, apply: (x: number) => number): readonly Numbers[] => {
  const x = operand(call, 0).data
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = apply(x[i]!)
  return [y]
}

const tableAt = (call: KernelCall, place: number): Numbers => operand(call, place).data

export const slopeLut: Kernel = (call) =>
  eachElement(call, slopesOf(tableAt(call, 1), tableAt(call, 2), num(call, 'min'), num(call, 'max'), mathOf(call.bf16)))

export const mantissaLut: Kernel = (call) =>
  eachElement(call, mantissasOf(tableAt(call, 1), tableAt(call, 2), word(call, 'combine') === 'sum', mathOf(call.bf16)))

export const lutLayerNormalization: Kernel = (call) => {
  const x = operand(call, 0)
  const [scale, bias] = [call.inputs[1]?.data, call.inputs[2]?.data]
  const { round, ...math } = mathOf(call.bf16)
  const reciprocalRoot = mantissasOf(tableAt(call, 3), tableAt(call, 4), false, { round, ...math })
  const { size, inner } = around(x.type.shape, num(call, 'axis'))
  const count = size * inner
  const share = round(1 / count)
  const epsilon = round(num(call, 'epsilon'))
  const y = newResult(call)
  for (let base = 0; base < y.length; base += count) {
    let sum = 0
    for (let i = base; i < base + count; i++) sum = f(sum + f(x.data[i]! * share))
    const mean = round(sum)
    let squares = 0
    for (let i = base; i < base + count; i++) {
      const distance = round(x.data[i]! - mean)
      squares = f(squares + round(round(distance * distance) * share))
      y[i] = distance
    }
    const factor = reciprocalRoot(round(round(squares) + epsilon))
    for (let i = 0; i < count; i++) {
      let v = round(y[base + i]! * factor)
      if (scale !== undefined) v = round(v * scale[i]!)
      if (bias !== undefined) v = round(v + bias[i]!)
      y[base + i] = v
    }
  }
  return [y]
}

export const lutLrn: Kernel = (call) => {
  const x = operand(call, 0)
  const math = mathOf(call.bf16)
  const powerOf = mantissasOf(tableAt(call, 1), tableAt(call, 2), false, math)
  const channels = num(call, 'size')
  const share = math.round(f(f(num(call, 'alpha')) / channels))
  const bias = math.round(num(call, 'bias'))
  const { outer, size, inner } = around(x.type.shape, 1)
  const squares = Float64Array.from(x.data, (each) => math.multiply(math.multiply(each, each), share))
  const y = newResult(call)
  for (let i = 0; i < outer * size * inner; i++) {
    const c = Math.floor(i / inner) % size
    let sum = squares[i]!
    for (let d = 1; d <= (channels - 1) / 2; d++) {
      if (c + d < size) sum = math.add(sum, squares[i + d * inner]!)
      if (c >= d) sum = math.add(sum, squares[i - d * inner]!)
    }
    y[i] = math.multiply(x.data[i]!, powerOf(math.add(sum, bias)))
  }
  return [y]
}

export const lutSoftmax: Kernel = (call) => {
  const x = operand(call, 0)
  const math = mathOf(call.bf16)
  const log = flag(call, 'log')
  const power = slopesOf(tableAt(call, 1), tableAt(call, 2), num(call, 'min'), num(call, 'max'), math)
  const ofSum = mantissasOf(tableAt(call, 3), tableAt(call, 4), log, math)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const y = newResult(call)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const base = o * size * inner + i
      let largest = -Infinity
      for (let k = 0; k < size; k++) largest = Math.max(largest, x.data[base + k * inner]!)
      let sum = 0
      for (let k = 0; k < size; k++) {
        const at = base + k * inner
        const distance = math.round(x.data[at]! - largest)
        const e = power(distance)
        sum = f(sum + e)
        y[at] = log ? distance : e
      }
      const share = ofSum(math.round(sum))
      for (let k = 0; k < size; k++) {
        const at = base + k * inner
        y[at] = log ? math.round(y[at]! - share) : math.multiply(y[at]!, share)
      }
    }
  }
  return [y]
}
