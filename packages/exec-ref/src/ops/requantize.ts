import { layerOf, QError, type RoundingMode } from '@q/ir'

import { unpackRequantization } from '@q/ir/number'
import { codeLimits } from '../compute/codes.ts'
import { type RequantizeKind, requantizer, requantizerOf } from '../compute/requantizer.ts'
import type { Kernel, KernelCall, Numbers } from '../kernel.ts'
import { around, flag, newResult, num, nums, operand, resultType, word, zeroPointOf } from '../operands.ts'

/** Sums or codes to codes of another scale, each slice of an axis by its own function and zero point. */
function bySlice(
  call: KernelCall,
  slices: number,
  of: (c: number) => { readonly apply: (v: number) => number; readonly zero: number },
): Numbers {
  const x = operand(call, 0)
  const from = zeroPointOf(x.type)
  const { outer, size, inner } = around(x.type.shape, num(call, 'axis'))
  const [times, each, run] = slices === 1 ? [1, 1, x.data.length] : [outer, size, inner]
  const y = newResult(call)
  for (let c = 0; c < each; c++) {
    const { apply, zero } = of(c)
    const [min, max] = codeLimits(resultType(call), flag(call, 'relu'), zero)
    for (let o = 0; o < times; o++) {
      const base = (o * each + c) * run
      for (let i = base; i < base + run; i++) {
        const v = apply(x.data[i]! - from) + zero
        y[i] = v > max ? max : v < min ? min : v
      }
    }
  }
  return y
}

export const requantize: Kernel = (call) => {
  const zero = zeroPointOf(resultType(call))
  const slices = Math.max(nums(call, 'multipliers').length, nums(call, 'shifts').length, 1)
  return [bySlice(call, slices, (c) => ({ apply: requantizerOf(call, c), zero }))]
}

function withoutRow({ node }: KernelCall, slice: number): never {
  throw new QError('ROWS_MISSING', `${node.op} has no parameters for some slices`, {
    at: [layerOf(node)],
    found: `none for slice ${slice}`,
    wanted: 'a row for each slice of the axis',
    hint: 'check the back end or the file that made this graph',
  })
}

/** The same with multiplier, shift and zero point of each slice in a constant. */
export const requantizeAxis: Kernel = (call) => {
  const parameters = operand(call, 1)
  const rows = unpackRequantization(parameters.data, parameters.type.shape)
  const rounding = word(call, 'rounding') as RoundingMode
  const kind = word(call, 'requantize') as RequantizeKind
  return [
    bySlice(call, rows.length, (c) => {
      const { multiplier, shift, zeroPoint } = rows[c] ?? withoutRow(call, c)
      return { apply: requantizer(kind, multiplier, shift, rounding), zero: zeroPoint }
    }),
  ]
}

/** Looks codes up in a table of all codes; negative ones in its second half. */
export const lut: Kernel = (call) => {
  const x = operand(call, 0).data
  const table = operand(call, 1).data
  const mask = table.length - 1
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = table[x[i]! & mask]!
  return [y]
}

/** Looks codes up in the table of their slice of an axis. */
export const lutAxis: Kernel = (call) => {
  const x = operand(call, 0)
  const table = operand(call, 1).data
  const { size, inner } = around(x.type.shape, num(call, 'axis'))
  const entries = table.length / size
  const y = newResult(call)
  for (let i = 0; i < y.length; i++) y[i] = table[(Math.floor(i / inner) % size) * entries + (x.data[i]! & (entries - 1))]!
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
