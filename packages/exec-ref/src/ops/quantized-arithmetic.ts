import { type RoundingMode, shiftRight } from '@q/ir'

import { broadcastTo } from '../compute/broadcast.ts'
import { codeLimits } from '../compute/codes.ts'
import { perChannel, requantizerOf } from '../compute/requantizer.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { around, flag, newResult, nums, operand, resultType, word, zeroPointOf } from '../operands.ts'

/** Sums (or the difference) of codes, each brought to the scale of the result before, or all together after. */
const combined =
  (signs: readonly [number, number]): Kernel =>
  (call) => {
    const type = resultType(call)
    const multipliers = nums(call, 'multipliers')
    const rounding = word(call, 'rounding') as RoundingMode
    const once = flag(call, 'requantizeSum')
    const sums = new Float64Array(newResult(call).length)
    call.inputs.forEach((input, k) => {
      if (input === undefined) return
      const x = broadcastTo(input.data, input.type.shape, type.shape)
      const from = zeroPointOf(input.type)
      const sign = signs[k === 0 ? 0 : 1]
      const multiplier = perChannel(multipliers, k, 1)
      const apply = once ? (v: number): number => v * multiplier : requantizerOf(call, k)
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + sign * apply(x[i]! - from)
    })
    const zero = zeroPointOf(type)
    const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
    const y = newResult(call)
    const shift = perChannel(nums(call, 'shifts'), 0, 0)
    for (let i = 0; i < y.length; i++) {
      const v = (once ? shiftRight(sums[i]!, shift, rounding) : sums[i]!) + zero
      y[i] = v > max ? max : v < min ? min : v
    }
    return [y]
  }

export const qAdd = combined([1, 1])
export const qSub = combined([1, -1])

/** Product of codes without their zero points, requantized. */
export const qMul: Kernel = (call) => {
  const type = resultType(call)
  const [a, b] = [operand(call, 0), operand(call, 1)]
  const x = broadcastTo(a.data, a.type.shape, type.shape)
  const w = broadcastTo(b.data, b.type.shape, type.shape)
  const [za, zb] = [zeroPointOf(a.type), zeroPointOf(b.type)]
  const apply = requantizerOf(call)
  const zero = zeroPointOf(type)
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = apply((x[i]! - za) * (w[i]! - zb)) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}

/** Scales negative codes only. */
const scaleNegative = (call: KernelCall, scaled: (v: number, i: number) => number): ReturnType<Kernel> => {
  const x = operand(call, 0).data
  const { min, max } = codeLimits(resultType(call).dtype, 0, flag(call, 'relu'))
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = x[i]! < 0 ? scaled(x[i]!, i) : x[i]!
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}

export const qLeakyRelu: Kernel = (call) => scaleNegative(call, requantizerOf(call))

export const qPRelu: Kernel = (call) => {
  const slope = operand(call, 1).data
  const { size, inner } = around(operand(call, 0).type.shape, 1)
  const apply = requantizerOf(call)
  return scaleNegative(call, (v, i) => apply(v * slope[slope.length === 1 ? 0 : Math.floor(i / inner) % size]!))
}

/** Codes times an integer scale plus an integer bias, shifted, for each slice of axis 1; the shift is stored as a left shift. */
export const qAffine: Kernel = (call) => {
  const x = operand(call, 0)
  const [scale, bias, shift] = [operand(call, 1).data, operand(call, 2).data, operand(call, 3).data]
  const type = resultType(call)
  const zero = zeroPointOf(type)
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const rounding = word(call, 'rounding') as RoundingMode
  const kind = word(call, 'requantize')
  const { size, inner } = around(x.type.shape, 1)
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const c = Math.floor(i / inner) % size
    const sum = x.data[i]! * scale[c]! + bias[c]!
    const v = (kind === 'none' ? sum : shiftRight(sum, -shift[c]!, rounding)) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}
