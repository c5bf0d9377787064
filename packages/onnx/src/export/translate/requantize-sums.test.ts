import type { TensorType } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { isExactInDouble, type Requantization } from './requantize-sums.ts'

const typeOf = (dtype: TensorType['dtype']): TensorType => ({ dtype, shape: [1] })
const halfUp: Requantization = { kind: 'multiplier-shift', multipliers: [3], shifts: [0], rounding: 'half-up', relu: false, bounds: [1000] }

describe('requantization in double precision is exact', () => {
  const isExact = (more: Partial<Requantization>, dtype: TensorType['dtype'] = 'i8') =>
    isExactInDouble({ ...halfUp, ...more }, typeOf(dtype))

  it('while a code is a step of 2^52 at least', () => {
    const deepest = (dtype: TensorType['dtype']) =>
      Array.from({ length: 64 }, (_, shift) => shift).findLast((shift) => isExact({ shifts: [shift] }, dtype))
    expect([deepest('u8'), deepest('i8'), deepest('u16'), deepest('i16'), deepest('i32')]).toEqual([42, 42, 34, 34, 18])
    // A quantized multiplier shifts by 31 first.
    expect([11, 12].map((shift) => isExact({ kind: 'quantized-multiplier', shifts: [shift] }))).toEqual([true, false])
  })

  it('while the bias times the multiplier leaves room', () => {
    expect([2 ** 30, 2 ** 31].map((bias) => isExact({ multipliers: [2 ** 21], bias: [bias] }))).toEqual([true, false])
    expect([0, -1, -2].map((shift) => isExact({ multipliers: [2 ** 20], bias: [-(2 ** 30)], shifts: [shift] }))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('while sums have 32 bits, each channel of them', () => {
    expect(isExact({ bounds: [2 ** 31] })).toBe(true)
    expect(isExact({ bounds: [2 ** 31], bias: [1] })).toBe(false)
    expect(isExact({ bounds: [1, 2 ** 32] })).toBe(false)
  })

  it('by a quantized multiplier: while the left shift leaves 32 bits, and the mantissa has them', () => {
    const kind = 'quantized-multiplier'
    expect([2 ** 31, 2 ** 31 - 1].map((bound) => isExact({ kind, bounds: [bound] }))).toEqual([true, true])
    expect([2 ** 30, 2 ** 30 - 1].map((bound) => isExact({ kind, bounds: [bound], shifts: [-1] }))).toEqual([false, true])
    expect([-(2 ** 31), 1 - 2 ** 31].map((mantissa) => isExact({ kind, multipliers: [mantissa] }))).toEqual([false, true])
  })

  it('by halves up and away from zero alone, and by kinds that are known', () => {
    expect(['half-up', 'half-away-from-zero', 'half-to-even', 'down'].map((rounding) => isExact({ rounding }))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(['multiplier-shift', 'shift', 'quantized-multiplier', 'none'].map((kind) => isExact({ kind }))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})
