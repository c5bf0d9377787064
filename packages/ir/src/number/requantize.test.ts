import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantParams, symmetricScale } from './quant-params.ts'
import { quantizedMultiplier } from './quantized-multiplier.ts'
import { multiplyByQuantizedMultiplier, multiplyShift, multiplyShiftFloat32 } from './requantize.ts'
import { roundHalfAway } from './rounding.ts'
import { integerRange, roundSaturate, saturate } from './saturate.ts'
import { scaleShift } from './scale-shift.ts'

describe('requantization', () => {
  it('the worked convolution: parameters and one output', () => {
    const f32 = Math.fround
    const si = symmetricScale(2, { bits: 8, signed: false })
    const so = symmetricScale(4, { bits: 8, signed: true })
    const weights = [0.5, -0.25, f32(0.1)]
    const sw = f32(0.5 / 127)
    expect(weights.map((w) => saturate(roundHalfAway(w / sw), 'i8'))).toEqual([127, -64, 25])
    expect(roundHalfAway(f32(0.1) / (sw * si))).toBe(3239)
    const { multiplier, shift } = scaleShift((sw * si) / so, { bits: 32 })
    expect([multiplier, shift]).toEqual([65793, 26])
    expect(multiplyShift(200 * 127 - 31 * 64 + 7 * 25 + 3239, multiplier, shift)).toBe(26)
  })

  it('a float operand is cut off before the product', () => {
    expect(multiplyShift(2.9, 1, 0)).toBe(2)
    expect(multiplyShift(-2.9, 1, 0)).toBe(-2)
  })

  it('products beyond 2^53 are exact', () => {
    const v = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(v, v, fc.integer({ min: 1, max: 62 }), (x, m, n) => {
        const doubled = 2n * BigInt(x) * BigInt(m) + (1n << BigInt(n))
        const divisor = 1n << BigInt(n + 1)
        const floor = doubled >= 0n ? doubled / divisor : -((-doubled + divisor - 1n) / divisor)
        expect(multiplyShift(x, m, n)).toBe(Number(floor))
      }),
    )
  })

  it('the quantized multiplier rounds twice', () => {
    expect(multiplyByQuantizedMultiplier(1000, { mantissa: 1288490189, exponent: -1 })).toBe(300)
    expect(multiplyByQuantizedMultiplier(-5, quantizedMultiplier(0.25))).toBe(-1)
    expect(multiplyByQuantizedMultiplier(3, quantizedMultiplier(8))).toBe(24)
    expect(multiplyByQuantizedMultiplier(-2147483648, { mantissa: -2147483648, exponent: 0 })).toBe(2147483647)
  })

  it('the quantized multiplier takes sums of more than 32 bits as they are', () => {
    const half = 2 ** 30
    expect(multiplyByQuantizedMultiplier(2 ** 33, { mantissa: half, exponent: -17 })).toBe(2 ** 15)
    expect(multiplyByQuantizedMultiplier(-(2 ** 33), { mantissa: half, exponent: -17 })).toBe(-(2 ** 15))
    expect(multiplyByQuantizedMultiplier(2 ** 33 + 1, { mantissa: half, exponent: 0 })).toBe(2 ** 32 + 1)
    expect(multiplyByQuantizedMultiplier(2 ** 33, { mantissa: half, exponent: 2 })).toBe(2 ** 34)
    expect(multiplyByQuantizedMultiplier(2 ** 52 + 2, { mantissa: 2 ** 31 - 1, exponent: -1 }, 'half-up')).toBe(2 ** 51 - 2 ** 20 + 1)
  })

  it('the quantized multiplier is within one of the product', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.double({ min: 1e-4, max: 0.99, noNaN: true }), (v, d) => {
        expect(Math.abs(multiplyByQuantizedMultiplier(v, quantizedMultiplier(d)) - v * d)).toBeLessThanOrEqual(1.01)
      }),
    )
  })

  it('float32 requantization loses digits beyond 24 bits', () => {
    expect(multiplyShiftFloat32(2 ** 24 + 1, 1, 0)).toBe(2 ** 24)
    expect(multiplyShiftFloat32(-5, 1, 1)).toBe(-2)
    expect(multiplyShiftFloat32(5, 1, 1, 'half-to-even')).toBe(2)
  })
})

describe('saturation', () => {
  it('clamps to the type; NaN gives the lower end', () => {
    expect([-200, 200, 5].map((x) => saturate(x, 'i8'))).toEqual([-128, 127, 5])
    expect([-1, 300, NaN, Infinity].map((x) => saturate(x, 'u8'))).toEqual([0, 255, 0, 255])
    expect(roundSaturate(-2.5, 'i8')).toBe(-3)
    expect(roundSaturate(-2.5, 'i8', 'half-to-even')).toBe(-2)
    expect(integerRange('i32')).toEqual({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  })
})

describe('quantization parameters', () => {
  it('symmetric', () => {
    expect(quantParams({ min: 0, max: 6 }, { bits: 8, symmetric: true })).toEqual({ scale: 6 / 255, zeroPoint: 0, signed: false })
    expect(quantParams({ min: -7, max: 6 }, { bits: 8, symmetric: true })).toEqual({ scale: 7 / 127, zeroPoint: 0, signed: true })
    expect(symmetricScale(15, { bits: 4, signed: false })).toBe(1)
    expect(symmetricScale(32767, { bits: 16, signed: true })).toBe(1)
  })

  it('asymmetric, with a zero point inside and at either end of the codes', () => {
    expect(quantParams({ min: -1, max: 3 }, { bits: 8, symmetric: false })).toEqual({ scale: 4 / 255, zeroPoint: -64, signed: true })
    expect(quantParams({ min: 0.5, max: 3 }, { bits: 8, symmetric: false })).toEqual({ scale: 3 / 255, zeroPoint: 0, signed: false })
    expect(quantParams({ min: -3, max: -0.5 }, { bits: 8, symmetric: false })).toEqual({ scale: 3 / 255, zeroPoint: 127, signed: true })
  })

  it('every number of an asymmetric range that holds 0 comes back within a step', () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(between(-100, -0.001), between(0.001, 100), between(0, 1), (min, max, at) => {
        const { scale, zeroPoint } = quantParams({ min, max }, { bits: 8, symmetric: false })
        const x = min + (max - min) * at
        const code = roundSaturate(x / scale + zeroPoint, 'i8')
        expect(Math.abs(scale * (code - zeroPoint) - x)).toBeLessThanOrEqual(scale * 1.0001)
      }),
    )
  })

  it.each([
    [NaN, 1],
    [2, 1],
    [0, Infinity],
    [0, 0],
  ])('refuses the range %d to %d', (min, max) => {
    expect(() => quantParams({ min, max }, { bits: 8, symmetric: false })).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }))
  })
})
