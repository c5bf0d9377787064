import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { integerWeightScale } from './integer-weight-scale.ts'
import { quantizedMultiplier } from './quantized-multiplier.ts'
import { byteMultiplier, quantizedScale } from './quantized-scale.ts'
import { scaleShift } from './scale-shift.ts'
import { toInt16 } from './to-int16.ts'
import { rightShiftByDoubling, rightShiftByLogarithm } from './weight-shift.ts'

const pair = ({ multiplier, shift }: { multiplier: number; shift: number }) => [multiplier, shift]

describe('scaleShift', () => {
  it.each([
    [0.0123, 825439, 26],
    [0.5, 1, 1],
    [1, 1, 0],
    [0.000731, 784905, 30],
    [3.7, 15518925, 22],
    [1e-4, 53687, 29],
    [12.5, 25, 1],
    [1 / 3, 11184811, 25],
    [0.9999, 8387769, 23],
    [2.5e-9, 3, 30],
  ])('%d with 32 bits', (x, multiplier, shift) => {
    expect(pair(scaleShift(x, { bits: 32 }))).toEqual([multiplier, shift])
  })

  it.each([
    [0.0123, 101, 13],
    [0.000731, 3, 12],
    [3.7, 59, 4],
    [1e-4, 105, 20],
    [0.9999, 1, 0],
    [1 / 3, 85, 8],
    [0.4, 51, 7],
    [1.3, 83, 6],
  ])('%d with 8 bits', (x, multiplier, shift) => {
    expect(pair(scaleShift(x, { bits: 8 }))).toEqual([multiplier, shift])
    expect(pair(scaleShift(x, { bits: 8, range: 'positive' }))).toEqual([multiplier, shift])
  })

  it('large factors shift left, unless only right shifts are tried', () => {
    expect(pair(scaleShift(1024, { bits: 8 }))).toEqual([1, -10])
    expect(() => scaleShift(1024, { bits: 8, range: 'positive' })).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }))
    expect(() => scaleShift(NaN, { bits: 32 })).toThrow(expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' }))
  })

  it('maxShift bounds the shift', () => {
    // 1/64 and 2/128 are the same: the smaller shift wins
    expect(pair(scaleShift(0.0123, { bits: 8, maxShift: 8 }))).toEqual([1, 6])
    expect(scaleShift(0.3, { bits: 8, maxShift: 3 }).shift).toBe(2)
  })

  it('32 bits stand for the float32 itself, 8 bits for it within 1/127', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -7, max: 100, noNaN: true }), (x) => {
        const wide = scaleShift(x, { bits: 32 })
        expect(wide.multiplier / 2 ** wide.shift).toBe(Math.fround(x))
        const byte = scaleShift(x, { bits: 8 })
        expect(Math.abs(byte.multiplier)).toBeLessThanOrEqual(126)
        expect(Math.abs(byte.multiplier / 2 ** byte.shift - x)).toBeLessThanOrEqual(x / 127)
      }),
    )
  })
})

describe('quantizedMultiplier', () => {
  it.each([
    [0.3, 1288490189, -1],
    [0.999999, 2147481501, 0],
    [0.00123, 1352399302, -9],
    [0, 0, 0],
  ])('%d', (d, mantissa, exponent) => {
    expect(quantizedMultiplier(d)).toEqual({ mantissa, exponent })
  })

  it('a mantissa that rounds to 2^31 moves to the next exponent; far exponents give the ends', () => {
    expect(quantizedMultiplier(1 - 2 ** -40)).toEqual({ mantissa: 2 ** 30, exponent: 1 })
    expect(quantizedMultiplier(1e-300)).toEqual({ mantissa: 0, exponent: 0 })
    expect(quantizedMultiplier(5e-324)).toEqual({ mantissa: 0, exponent: 0 })
    expect(quantizedMultiplier(1e300)).toEqual({ mantissa: 2147483647, exponent: 30 })
  })

  it('powers of two are 2^30 and their exponent, with their neighbours on both sides', () => {
    for (let exponent = -31; exponent <= 30; exponent++) {
      const power = 2 ** (exponent - 1)
      for (const d of [power * (1 - 2 ** -53), power, power * (1 + 2 ** -52)]) {
        expect(quantizedMultiplier(d)).toEqual({ mantissa: 2 ** 30, exponent })
      }
      // As in TensorFlow Lite only 2^31 moves on: -2^31 is a number of 32 bits.
      expect(quantizedMultiplier(-power)).toEqual({ mantissa: -(2 ** 30), exponent })
      const below = exponent === -31 ? { mantissa: 0, exponent: 0 } : { mantissa: -(2 ** 31), exponent: exponent - 1 }
      expect(quantizedMultiplier(-power * (1 - 2 ** -53))).toEqual(below)
    }
    expect(quantizedMultiplier(2 ** -32)).toEqual({ mantissa: 2 ** 30, exponent: -31 })
    expect(quantizedMultiplier(2 ** -33)).toEqual({ mantissa: 0, exponent: 0 })
    expect(quantizedMultiplier(2 ** 30)).toEqual({ mantissa: 2147483647, exponent: 30 })
    expect(quantizedMultiplier(Number.MAX_VALUE)).toEqual({ mantissa: 2147483647, exponent: 30 })
  })

  it('the factor comes back within 2^-31, signs too', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), fc.constantFrom(1, -1), (size, sign) => {
        const { mantissa, exponent } = quantizedMultiplier(sign * size)
        expect(Math.abs(mantissa)).toBeGreaterThanOrEqual(2 ** 30)
        expect(Math.abs(mantissa * 2 ** (exponent - 31) - sign * size)).toBeLessThanOrEqual(size * 2 ** -31)
      }),
    )
  })
})

describe('quantizedScale', () => {
  it.each([
    [0.02, 81, 12],
    [0.5, 64, 7],
    [1, 64, 6],
    [1.3, 83, 6],
    [0.0071, 116, 14],
    [200, 127, 0],
  ])('%d', (q, multiplier, shift) => {
    expect(pair(quantizedScale(q))).toEqual([multiplier, shift])
  })

  it('zero finds nothing; with a mantissa factors stay below 1', () => {
    expect(pair(quantizedScale(0))).toEqual([0, 0])
    expect(pair(quantizedScale(5, { mantissa: true }))).toEqual([2147481501, 0])
    expect(pair(quantizedScale(0.0019685039296746254, { mantissa: true }))).toEqual([1082196480, 8])
  })

  it('a byte multiplier keeps the sign of the factor', () => {
    expect(byteMultiplier(0.02, 12)).toBe(81)
    expect(byteMultiplier(-0.02, 12)).toBe(-81)
  })
})

describe('shifts of shift-only chips', () => {
  it('doubling', () => {
    // 1 * 1 / 1 needs 7 doublings to reach 127 (128), 127 needs none
    expect(rightShiftByDoubling(1, 1, 1)).toBe(6)
    expect(rightShiftByDoubling(127, 1, 1)).toBe(-1)
    expect(rightShiftByDoubling(0, 1, 1)).toBe(0)
    expect(rightShiftByDoubling(1e-12, 1, 1)).toBe(31)
  })

  it('logarithm: the largest shift that keeps values within 127', () => {
    expect(rightShiftByLogarithm(1, 1, 1)).toBe(6)
    expect(rightShiftByLogarithm(-1000, 1, 1)).toBe(-3)
    expect(rightShiftByLogarithm(1e-30, 1, 1)).toBe(31)
  })
})

describe('16-bit values and integer weights', () => {
  it('toInt16 rounds away from zero, clamps and counts', () => {
    const { values, saturated } = toInt16(Float32Array.of(0.25, -0.25, 20000, -20000), 2)
    expect([...values]).toEqual([1, -1, 32767, -32768])
    expect(saturated).toBe(0.5)
  })

  it('weights that are integers over a power of two keep that scale', () => {
    expect(integerWeightScale(Float32Array.of(1, 1, 1), { signed: true })).toBe(1)
    expect(integerWeightScale(Float32Array.of(0.5, -3), { signed: true })).toBe(0.5)
    expect(integerWeightScale(Float32Array.of(200), { signed: true })).toBeUndefined()
    expect(integerWeightScale(Float32Array.of(200), { signed: false })).toBe(1)
    expect(integerWeightScale(Float32Array.of(-1), { signed: false })).toBeUndefined()
    expect(integerWeightScale(Float32Array.of(1 / 128), { signed: true })).toBeUndefined()
    expect(integerWeightScale(Float32Array.of(1 / 64), { signed: true })).toBe(1 / 64)
  })
})
