import { describe, expect, it } from 'vitest'
import type { MultiplierEncoding } from '../contracts/scheme.ts'
import { encodeFactor, largestMultiplierOf } from './encode-factor.ts'

describe('the largest multiplier of an encoding', () => {
  it('is what its bits hold, or what it says of itself', () => {
    const all: readonly MultiplierEncoding[] = [
      { kind: 'scale-shift', bits: 8 },
      { kind: 'scale-shift', bits: 32 },
      { kind: 'doubling' },
      { kind: 'doubling', largest: 5 },
      { kind: 'quantized-multiplier' },
      { kind: 'shift' },
    ]
    expect(all.map(largestMultiplierOf)).toEqual([127, 2147483647, 127, 5, 2147483647, 1])
  })
})

describe('a factor between scales', () => {
  it('as multiplier and shift of 8 or 32 bits', () => {
    expect(encodeFactor(0.75, { kind: 'scale-shift', bits: 8 })).toEqual({ requantize: 'multiplier-shift', multiplier: 3, shift: 2 })
    expect(encodeFactor(0.0123, { kind: 'scale-shift', bits: 32 })).toEqual({
      requantize: 'multiplier-shift',
      multiplier: 825439,
      shift: 26,
    })
    expect(encodeFactor(1024, { kind: 'scale-shift', bits: 8 }).shift).toBe(-10)
    expect(() => encodeFactor(1024, { kind: 'scale-shift', bits: 8, range: 'positive' })).toThrow(
      expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }),
    )
  })

  it('by doubling to the nearest multiplier where the encoding says so', () => {
    // 0.3 * 2^16 = 19660.8
    const encoding = { kind: 'doubling', largest: 2 ** 15 - 1 } as const
    expect(encodeFactor(0.3, encoding)).toMatchObject({ multiplier: 19660, shift: 16 })
    expect(encodeFactor(0.3, { ...encoding, rounding: 'nearest' })).toMatchObject({ multiplier: 19661, shift: 16 })
  })

  it('by doubling, up to the largest multiplier', () => {
    expect(encodeFactor(0.02, { kind: 'doubling' })).toEqual({ requantize: 'multiplier-shift', multiplier: 81, shift: 12 })
    expect(encodeFactor(1, { kind: 'doubling', largest: 32767 })).toEqual({ requantize: 'multiplier-shift', multiplier: 16384, shift: 14 })
  })

  it('as a mantissa of 31 bits, the shift being the exponent turned round', () => {
    // 0.3 = 0.6 / 2
    expect(encodeFactor(0.3, { kind: 'quantized-multiplier' })).toEqual({
      requantize: 'quantized-multiplier',
      multiplier: 1288490189,
      shift: 1,
    })
    expect(encodeFactor(4, { kind: 'quantized-multiplier' }).shift).toBe(-3)
    expect(Object.is(encodeFactor(0.5, { kind: 'quantized-multiplier' }).shift, 0)).toBe(true)
  })

  it.each([
    ['doubling', { kind: 'doubling' }, 127],
    ['doubling', { kind: 'doubling', largest: 32767 }, 32767],
    ['quantized-multiplier', { kind: 'quantized-multiplier' }, (2 ** 31 - 1) / 2],
    ['shift', { kind: 'shift' }, 2 ** 31],
  ] as const)('%s: one that is too large, no number, or without a place for its sign is refused', (_, encoding, largest) => {
    const { multiplier, shift, requantize } = encodeFactor(largest, encoding)
    expect((requantize === 'quantized-multiplier' ? multiplier / 2 ** 31 : multiplier) / 2 ** shift).toBeCloseTo(largest, 0)
    const unsigned = encoding.kind === 'quantized-multiplier' ? [-largest * 1.001] : [-1]
    for (const factor of [largest * 1.001, 1e300, Infinity, NaN, ...unsigned])
      expect(() => encodeFactor(factor, encoding)).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }))
  })

  it('as the power of two that is nearest on the logarithm', () => {
    const shifts = [1, 0.25, 8, 0.75, 0.7, 3].map((factor) => encodeFactor(factor, { kind: 'shift' }))
    expect(shifts.map(({ shift }) => shift)).toEqual([0, 2, -3, 0, 1, -2])
    expect(Object.is(shifts[0]!.shift, 0)).toBe(true)
    expect(shifts[1]).toEqual({ requantize: 'shift', multiplier: 1, shift: 2 })
    expect(encodeFactor(1.45, { kind: 'shift' }).shift).toBe(-1)
    expect(() => encodeFactor(0, { kind: 'shift' })).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }))
    expect(encodeFactor(0, { kind: 'doubling' }).multiplier).toBe(0)
  })
})
