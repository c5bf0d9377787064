import type { RoundingMode } from '@q/ir'

import { codeLimits, limitsOf } from '../compute/codes.ts'
import { perChannel, requantizer, requantizerOf } from '../compute/requantizer.ts'
import type { Kernel } from '../kernel.ts'
import { around, flag, newResult, num, nums, operand, resultType, word, zeroPointOf } from '../operands.ts'

/** Sums or codes to codes of another scale. */
export const requantize: Kernel = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const from = zeroPointOf(x.type)
  const zero = zeroPointOf(type)
  const apply = requantizerOf(call)
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = apply(x.data[i]! - from) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}

/** The same with multiplier, shift and zero point of each slice of an axis. */
export const requantizeAxis: Kernel = (call) => {
  const x = operand(call, 0)
  const parameters = operand(call, 1).data
  const from = zeroPointOf(x.type)
  const { min, max } = limitsOf(resultType(call).dtype)
  const rounding = word(call, 'rounding') as RoundingMode
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const y = newResult(call)
  for (let c = 0; c < size; c++) {
    const apply = requantizer('multiplier-shift', parameters[3 * c]!, -parameters[3 * c + 1]!, rounding)
    const zero = parameters[3 * c + 2]!
    for (let o = 0; o < outer; o++) {
      const base = (o * size + c) * inner
      for (let i = base; i < base + inner; i++) {
        const v = apply(x.data[i]! - from) + zero
        y[i] = v > max ? max : v < min ? min : v
      }
    }
  }
  return [y]
}

/** Looks codes up in a table of 256; negative ones in its second half. */
export const lut: Kernel = (call) => {
  const x = operand(call, 0).data
  const table = operand(call, 1).data
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = table[x[i]! & 255]!
  return [y]
}

/** Compares codes with a number; 1 or 0. */
export const qCompareConstant: Kernel = (call) => {
  const x = operand(call, 0).data
  const constant = num(call, 'constant')
  const holds = comparisons[word(call, 'operation')]!
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = holds(x[i]!, constant) ? 1 : 0
  return [y]
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  NotEqual: (a, b) => a !== b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
}

/** Code and number: sum or difference, then shift, ReLU, zero point. */
export const qAddConstant: Kernel = (call) => {
  const x = operand(call, 0).data
  const type = resultType(call)
  const constant = num(call, 'constant')
  const operation = word(call, 'operation')
  const sign = operation === 'subtract-from' ? -1 : 1
  const added = operation === 'subtract' ? -constant : constant
  const multiplier = perChannel(nums(call, 'multipliers'), 0, 1)
  const apply = requantizer('shift', 1, perChannel(nums(call, 'shifts'), 0, 0), word(call, 'rounding') as RoundingMode)
  const zero = zeroPointOf(type)
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = apply(sign * x[i]! * multiplier + added) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}

/** The larger or smaller of each rescaled code and a number. */
export const qLimitConstant: Kernel = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const from = zeroPointOf(x.type)
  const zero = zeroPointOf(type)
  const apply = requantizerOf(call)
  const constant = num(call, 'constant')
  const { min, max } = codeLimits(type.dtype, zero, flag(call, 'relu'))
  const choose = word(call, 'operation') === 'max' ? Math.max : Math.min
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) {
    const v = choose(apply(x.data[i]! - from), constant) + zero
    y[i] = v > max ? max : v < min ? min : v
  }
  return [y]
}
