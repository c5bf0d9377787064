import { elementCount, type RoundingMode } from '@q/ir'
import { roundHalfAway, roundTo } from '@q/ir/number'

import { codeLimits } from '../compute/codes.ts'
import { fuseRelu } from '../compute/fused-relu.ts'
import { requantizerOf } from '../compute/requantizer.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { flag, newResult, num, nums, operand, resultType, stridesOf, word, zeroPointOf } from '../operands.ts'

/** The largest element under each window; padding never wins. */
export const maxPool: Kernel = (call) => {
  const x = operand(call, 0).data
  const y = newResult(call)
  forEachWindow(call, (place, elements, count) => {
    let largest = -Infinity
    for (let i = 0; i < count; i++) {
      const v = x[elements[i]!]!
      if (v > largest || v !== v) largest = v
    }
    y[place] = largest
  })
  return [fuseRelu(call, y)]
}

/** The float32 mean of each window. */
export const averagePool: Kernel = (call) => {
  const y = newResult(call)
  forEachMean(call, 0, 0, (place, mean) => {
    y[place] = mean
  })
  return [fuseRelu(call, y)]
}

/**
 * Integer average: the float32 mean is multiplied back by the sides of the window one after the other (in float32) and
 * rounded, halves away from zero, which gives the sum of a full window; then requantization. With a `scale` the unrounded
 * sum of the codes as they are is rescaled in real numbers.
 */
export const qAveragePool: Kernel = (call) => {
  const y = newResult(call)
  const type = resultType(call)
  const kernel = nums(call, 'kernel_shape')
  const zero = zeroPointOf(type)
  const from = zeroPointOf(operand(call, 0).type)
  const [min, max] = codeLimits(type, flag(call, 'relu'))
  const rescale = call.attrs['scale'] === undefined ? requantized(call, zero) : scaled(call)
  const taken = call.attrs['scale'] === undefined ? from : 0
  forEachMean(call, taken, from, (place, mean) => {
    const v = rescale(kernel.reduce((sum, side) => Math.fround(sum * side), mean))
    y[place] = v > max ? max : v < min ? min : v
  })
  return [y]
}

function requantized(call: KernelCall, zero: number): (sum: number) => number {
  const apply = requantizerOf(call)
  const rounding = word(call, 'sumRounding') as RoundingMode
  return (sum) => apply(roundTo(sum, rounding)) + zero
}

function scaled(call: KernelCall): (sum: number) => number {
  const scale = num(call, 'scale')
  const offset = num(call, 'offset')
  return (sum) => roundHalfAway(sum * scale + offset)
}

/** The float32 mean of each window, `taken` off every element; padding that counts holds `padding`. */
function forEachMean(call: KernelCall, taken: number, padding: number, visit: (place: number, mean: number) => void): void {
  const x = operand(call, 0).data
  const includePadding = flag(call, 'count_include_pad')
  forEachWindow(call, (place, elements, count, padded) => {
    let sum = includePadding ? (padded - count) * (padding - taken) : 0
    for (let i = 0; i < count; i++) sum += x[elements[i]!]! - taken
    visit(place, Math.fround(Math.fround(sum) / (includePadding ? padded : count)))
  })
}

/**
 * Calls `visit` for each place of the result with the elements of `x` under its window: their indices, how many they
 * are, and how many places of the padded input the window covers (what leaves the padding does not count).
 */
function forEachWindow(call: KernelCall, visit: (place: number, elements: Int32Array, count: number, padded: number) => void): void {
  const { shape } = operand(call, 0).type
  const kernel = nums(call, 'kernel_shape')
  const strides = nums(call, 'strides')
  const pads = nums(call, 'pads')
  const n = kernel.length
  const sizes = [...shape.slice(2), 1].slice(0, n)
  const places = sizes.map((size, a) => Math.floor((size + pads[a]! + pads[a + n]! - kernel[a]!) / strides[a]!) + 1)
  const steps = stridesOf(sizes)
  const plane = elementCount(sizes)
  const perPlane = elementCount(places)
  const planes = shape[0]! * shape[1]!
  const elements = new Int32Array(elementCount(kernel))
  const index = places.map(() => 0)
  const under = new Int32Array(elements.length)
  for (let p = 0; p < perPlane; p++) {
    let count = 1
    let padded = 1
    under[0] = 0
    for (let a = 0; a < n; a++) {
      const start = index[a]! * strides[a]! - pads[a]!
      const first = Math.max(start, 0)
      const end = Math.min(start + kernel[a]!, sizes[a]!)
      padded *= Math.min(start + kernel[a]!, sizes[a]! + pads[a + n]!) - start
      const along = Math.max(0, end - first)
      for (let i = count - 1; i >= 0; i--) {
        const base = under[i]!
        for (let k = along - 1; k >= 0; k--) under[i * along + k] = base + (first + k) * steps[a]!
      }
      count *= along
    }
    for (let c = 0; c < planes; c++) {
      const base = c * plane
      for (let i = 0; i < count; i++) elements[i] = base + under[i]!
      visit(c * perPlane + p, elements, count, padded)
    }
    for (let a = n - 1; a >= 0 && ++index[a]! >= places[a]!; a--) index[a] = 0
  }
}
