import type { RoundingMode } from '@q/ir'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KernelCall } from '../kernel.ts'
import { perChannel, requantizer, wideRequantizerOf } from './requantizer.ts'

/** floor(v m / 2^s + 1/2) and its like in integers of any size: another way than the code's. */
function exactly(v: number, multiplier: number, shift: number, rounding: RoundingMode): number {
  const product = BigInt(v) * BigInt(multiplier)
  if (shift <= 0) return Number(product << BigInt(-shift))
  const one = 1n << BigInt(shift)
  const floor = product >> BigInt(shift)
  const twice = 2n * (product - (floor << BigInt(shift)))
  const up = rounding === 'half-away-from-zero' && product < 0n ? twice > one : rounding === 'down' ? false : twice >= one
  return Number(up ? floor + 1n : floor)
}

const sums = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

describe('requantizing sums', () => {
  it('is exact for every sum, multiplier and shift, by each rounding', () => {
    const roundings = ['half-up', 'half-away-from-zero', 'down'] as const
    fc.assert(
      fc.property(sums, sums, fc.integer({ min: -4, max: 40 }), fc.constantFrom(...roundings), (v, m, shift, rounding) => {
        expect(requantizer('multiplier-shift', m, shift, rounding)(v) + 0).toBe(exactly(v, m, shift, rounding))
      }),
      { numRuns: 2000 },
    )
  })

  it('halves go up, or away from zero', () => {
    const of = (rounding: RoundingMode) => [-5, -3, -1, 1, 3, 5].map(requantizer('multiplier-shift', 1, 1, rounding))
    expect(of('half-up').map((code) => code + 0)).toEqual([-2, -1, 0, 1, 2, 3])
    expect(of('half-away-from-zero')).toEqual([-3, -2, -1, 1, 2, 3])
    expect(of('half-to-even').map((code) => code + 0)).toEqual([-2, -2, 0, 0, 2, 2])
  })

  it('is exact next to 2^53, where a half no longer fits a double', () => {
    // 2^53 - 1 = 441650591 * 20394401
    for (const rounding of ['half-up', 'half-away-from-zero'] as const) {
      expect(requantizer('multiplier-shift', 20394401, 0, rounding)(441650591)).toBe(2 ** 53 - 1)
      expect(requantizer('multiplier-shift', 20394401, 0, rounding)(-441650591)).toBe(-(2 ** 53 - 1))
    }
  })

  it('a shift alone divides; none leaves sums alone', () => {
    expect([6, 5, -5].map(requantizer('shift', 9, 1, 'half-up'))).toEqual([3, 3, -2])
    expect([6, -7].map(requantizer('none', 9, 1, 'half-up'))).toEqual([6, -7])
  })

  it('a quantized multiplier is a 31-bit fraction, its shift the exponent turned round', () => {
    // One half of 2^31: 12 halves to 6; shifted right by one more 3, left by one 12.
    const half = 2 ** 30
    expect([0, 1, -1].map((shift) => requantizer('quantized-multiplier', half, shift, 'half-up')(12))).toEqual([6, 3, 12])
    // -6 halves to -3, and -3/2 is rounded as asked.
    expect(requantizer('quantized-multiplier', half, 1, 'half-up')(-6)).toBe(-1)
    expect(requantizer('quantized-multiplier', half, 1, 'half-away-from-zero')(-6)).toBe(-2)
  })
})

describe('sums of any size by a quantized multiplier', () => {
  const wide = (multiplier: number, shift: number) =>
    wideRequantizerOf({
      attrs: { requantize: 'quantized-multiplier', rounding: 'half-up', multipliers: [multiplier], shifts: [shift] },
    } as unknown as KernelCall)

  it('neither wrap nor are clamped above 32 bits', () => {
    expect(wide(2 ** 30, 17)(2n ** 33n)).toBe(2n ** 15n)
    expect(wide(2 ** 30, 40)(-(2n ** 56n))).toBe(-(2n ** 15n))
    expect(wide(2 ** 16, -2)(2n ** 60n)).toBe(2n ** 47n)
  })

  it('of 32 bits are as ever: the left shift wraps, and -1 by -1 is the largest', () => {
    expect(wide(2 ** 30, -1)(2n ** 30n)).toBe(-(2n ** 30n))
    expect(wide(-(2 ** 31), 0)(-(2n ** 31n))).toBe(2n ** 31n - 1n)
  })

  it('are rounded twice', () => {
    // (2^54 + 1) / 2 is rounded up to 2^53 + 1, its half to 2^52 + 1.
    expect(wide(2 ** 30, 1)(2n ** 54n + 1n)).toBe(2n ** 52n + 1n)
  })
})

describe('parameters of channels', () => {
  it('one entry stands for all, several for one channel each, none for what holds otherwise', () => {
    expect([0, 1, 2].map((i) => perChannel([7], i, 1))).toEqual([7, 7, 7])
    expect([0, 1].map((i) => perChannel([7, 8], i, 1))).toEqual([7, 8])
    expect([0, 3].map((i) => perChannel([], i, 1))).toEqual([1, 1])
    expect(perChannel([0], 0, 1)).toBe(0)
  })
})
