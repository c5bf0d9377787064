import { describe, expect, it } from 'vitest'
import { integerWeightScale } from './integer-weight-scale.ts'
import { quantParams } from './quant-params.ts'
import { quantizedMultiplier } from './quantized-multiplier.ts'
import { byteMultiplier, quantizedScale } from './quantized-scale.ts'
import { multiplyByQuantizedMultiplier, multiplyShift, multiplyShiftFloat32 } from './requantize.ts'
import { roundTo } from './rounding.ts'
import { type IntegerType, integerRange, roundSaturate, saturate } from './saturate.ts'
import { scaleShift } from './scale-shift.ts'
import { shiftRight } from './shift-right.ts'
import { toInt16 } from './to-int16.ts'
import { rightShiftByDoubling, rightShiftByLogarithm } from './weight-shift.ts'

// Worked by hand: the last number on either side of every bound that the definitions name.

const pair = ({ multiplier, shift }: { multiplier: number; shift: number }) => [multiplier, shift]
const outOfRange = expect.objectContaining({ code: 'MULTIPLIER_OUT_OF_RANGE' })

describe('bounds of the mantissa and exponent', () => {
  const parts = (d: number) => Object.values(quantizedMultiplier(d))

  it('exponents from -31 to 30 are kept, smaller give zero, larger the largest factor', () => {
    // d = q 2^k with q = 1/2: 2^-32 has k = -31, 2^29 has k = 30.
    expect(parts(2 ** -32)).toEqual([2 ** 30, -31])
    expect(parts(2 ** -33)).toEqual([0, 0])
    expect(parts(2 ** 29)).toEqual([2 ** 30, 30])
    expect(parts(1.5 * 2 ** 29)).toEqual([1.5 * 2 ** 30, 30])
    expect(parts(2 ** 30)).toEqual([2147483647, 30])
  })

  it('the fraction is at least one half and below one, whatever the logarithm of its neighbours says', () => {
    expect(parts(0.5)).toEqual([2 ** 30, 0])
    expect(parts(1)).toEqual([2 ** 30, 1])
    // 1 - 2^-53 has the logarithm 0 in doubles; its mantissa rounds to 2^31 and moves on.
    expect(parts(1 - 2 ** -53)).toEqual([2 ** 30, 1])
    expect(parts(-0.5)).toEqual([-(2 ** 30), 0])
    expect(parts(-0.75)).toEqual([-3 * 2 ** 29, 0])
  })

  it('a product by it shifts left before, wrapping at 32 bits, and right after, by the rounding asked for', () => {
    const half = 2 ** 30
    expect(multiplyByQuantizedMultiplier(3, { mantissa: half, exponent: 1 })).toBe(3)
    // 2^30 shifted left by one is -2^31 in 32 bits.
    expect(multiplyByQuantizedMultiplier(2 ** 30, { mantissa: half, exponent: 1 })).toBe(-(2 ** 30))
    // 1/2 is rounded up to 1, -1/2 up to 0: the first rounding is half up.
    expect(multiplyByQuantizedMultiplier(1, { mantissa: half, exponent: 0 })).toBe(1)
    expect(multiplyByQuantizedMultiplier(-1, { mantissa: half, exponent: 0 })).toBe(0)
    // -6 by one half is -3, and -3 / 2 lies between -2 and -1.
    expect(multiplyByQuantizedMultiplier(-6, { mantissa: half, exponent: -1 })).toBe(-2)
    expect(multiplyByQuantizedMultiplier(-6, { mantissa: half, exponent: -1 }, 'half-up')).toBe(-1)
    expect(multiplyByQuantizedMultiplier(6.9, { mantissa: half, exponent: 0 })).toBe(3)
  })
})

describe('bounds of multiplier and shift', () => {
  it('a product of no finite size stays what it is', () => {
    expect(multiplyShift(Infinity, 3, 4)).toBe(Infinity)
    expect(multiplyShift(-Infinity, 3, 4)).toBe(-Infinity)
    expect(multiplyShift(NaN, 3, 4)).toBeNaN()
  })

  it('integers beyond 2^53 are counted exactly on both sides of zero', () => {
    // (2^31 - 1)(2^31 - 1) = 2^62 - 2^32 + 1; less one half and one by 2^61: just below 2 - 1/2.
    const large = 2147483647
    expect(multiplyShift(large, large, 62)).toBe(1)
    expect(multiplyShift(-large, large, 62)).toBe(-1)
    // 3 * 2^60 / 2^61 = 1.5, and one step of the product away from it on either side.
    expect(multiplyShift(3 * 2 ** 30, 2 ** 30, 61)).toBe(2)
    expect(multiplyShift(-3 * 2 ** 30, 2 ** 30, 61)).toBe(-1)
    expect(multiplyShift(-3 * 2 ** 30, 2 ** 30, 61, 'half-away-from-zero')).toBe(-2)
    // 94906267^2 = 2^53 + 9.3e6, odd: doubles cannot hold it, and one half decides.
    expect(multiplyShift(94906267, 94906267, 1)).toBe(Number((94906267n * 94906267n + 1n) / 2n))
    expect(multiplyShift(-94906267, 94906267, 1)).toBe(Number((-94906267n * 94906267n + 1n) / 2n))
  })

  it('in float32 the operand, the multiplier and the product lose their last digits', () => {
    expect(multiplyShiftFloat32(3, 5, 1)).toBe(8)
    expect(multiplyShiftFloat32(3, 5, 1, 'half-down')).toBe(7)
    expect(multiplyShiftFloat32(2.9, 3, 0)).toBe(6)
    expect(multiplyShiftFloat32(1, 2 ** 24 + 1, 0)).toBe(2 ** 24)
    // The multiplier is rounded before the product: 3 * 2^24, not 3 * 2^24 + 3 rounded to a multiple of four.
    expect(multiplyShiftFloat32(3, 2 ** 24 + 1, 0)).toBe(3 * 2 ** 24)
    expect(multiplyShiftFloat32(2 ** 24 + 1, 3, 0)).toBe(3 * 2 ** 24)
    // 4097 * 4097 = 16785409, odd and above 2^24: float32 has 16785408.
    expect(multiplyShiftFloat32(4097, 4097, 0)).toBe(16785408)
  })

  it('shifts from -32 to 30 are tried, or from 0', () => {
    expect(pair(scaleShift(2 ** 32, { bits: 8 }))).toEqual([1, -32])
    expect(pair(scaleShift(3 * 2 ** 32, { bits: 8 }))).toEqual([3, -32])
    expect(pair(scaleShift(2 ** -30, { bits: 8 }))).toEqual([1, 30])
    // 1.5 2^-30: one step of shift 29 is as near as two of shift 30, and comes first; three of shift 31 would be it.
    expect(pair(scaleShift(1.5 * 2 ** -30, { bits: 32 }))).toEqual([1, 29])
    // Half a step of the last shift is as far from one step as from none, and none comes first.
    expect(pair(scaleShift(2 ** -31, { bits: 32 }))).toEqual([0, -32])
    expect(pair(scaleShift(1, { bits: 8, range: 'positive' }))).toEqual([1, 0])
    expect(pair(scaleShift(64, { bits: 8, range: 'positive' }))).toEqual([64, 0])
  })

  it('a byte holds multipliers to 126, 32 bits to 2^31 - 2', () => {
    expect(pair(scaleShift(126, { bits: 8, range: 'positive' }))).toEqual([126, 0])
    expect(() => scaleShift(127, { bits: 8, range: 'positive' })).toThrow(outOfRange)
    expect(pair(scaleShift(-126, { bits: 8, range: 'positive' }))).toEqual([-126, 0])
    expect(() => scaleShift(-127, { bits: 8, range: 'positive' })).toThrow(outOfRange)
    // 127 is one away from 128 = 1 * 2^7, and nothing smaller is nearer.
    expect(pair(scaleShift(127, { bits: 8 }))).toEqual([1, -7])
    expect(pair(scaleShift(2 ** 31 - 128, { bits: 32, range: 'positive' }))).toEqual([2147483520, 0])
    expect(() => scaleShift(2 ** 31, { bits: 32, range: 'positive' })).toThrow(outOfRange)
    expect(pair(scaleShift(2 ** 31, { bits: 32 }))).toEqual([1, -31])
  })

  it('a width that is not 32 means a byte; the factor is a float32', () => {
    expect(pair(scaleShift(0.0123, { bits: 16 }))).toEqual([101, 13])
    // 1 + 2^-25 is 1 in float32.
    expect(pair(scaleShift(1 + 2 ** -25, { bits: 32 }))).toEqual([1, 0])
  })

  it('a largest shift rules out left shifts, whatever the range says', () => {
    expect(() => scaleShift(1024, { bits: 8, maxShift: 8 })).toThrow(outOfRange)
    expect(pair(scaleShift(0.25, { bits: 8, maxShift: 3 }))).toEqual([1, 2])
    // 1/8 needs shift 3; with 0 to 2, one step of shift 2 is as far as nothing, and nothing comes first.
    expect(pair(scaleShift(0.125, { bits: 8, maxShift: 3 }))).toEqual([0, 0])
  })

  it('doubling stops before the largest multiplier, after 62 steps at most', () => {
    expect(pair(quantizedScale(127))).toEqual([127, 0])
    expect(pair(quantizedScale(127.5))).toEqual([127, 0])
    expect(pair(quantizedScale(63.5))).toEqual([63, 0])
    expect(pair(quantizedScale(63))).toEqual([126, 1])
    expect(pair(quantizedScale(127 * 2 ** -63))).toEqual([63, 62])
    expect(pair(quantizedScale(126 * 2 ** -63))).toEqual([0, 0])
    expect(pair(quantizedScale(1, { largest: 32767 }))).toEqual([16384, 14])
  })

  it('with a mantissa, factors from 1 on count as 0.999999 and no smaller one does', () => {
    expect(pair(quantizedScale(1, { mantissa: true }))).toEqual([2147481501, 0])
    // 0.9999995 * 2^31 = 2147482574.3
    expect(pair(quantizedScale(0.9999995, { mantissa: true }))).toEqual([2147482574, 0])
    expect(Object.is(quantizedScale(0.5, { mantissa: true }).shift, 0)).toBe(true)
  })

  it('a byte multiplier is cut off toward zero and wraps at eight bits', () => {
    expect([0.9, -0.9, 1.9, 127, 128, 200, -128, -129, 256].map((q) => byteMultiplier(q, 0))).toEqual([
      0, 0, 1, 127, -128, -56, -128, 127, 0,
    ])
    expect(byteMultiplier(0.5, 7)).toBe(64)
  })
})

describe('bounds of codes', () => {
  it.each([
    ['i4', -8, 7],
    ['u4', 0, 15],
    ['i8', -128, 127],
    ['u8', 0, 255],
    ['i16', -32768, 32767],
    ['u16', 0, 65535],
    ['i32', -2147483648, 2147483647],
    ['u32', 0, 4294967295],
  ] as const)('%s holds %d to %d', (dtype: IntegerType, min, max) => {
    expect(integerRange(dtype)).toEqual({ min, max })
    expect([min - 1, min, min + 1, max - 1, max, max + 1].map((x) => saturate(x, dtype))).toEqual([min, min, min + 1, max - 1, max, max])
    expect([min - 0.5, max + 0.5].map((x) => roundSaturate(x, dtype))).toEqual([min, max])
  })

  it('an asymmetric range that begins or ends at zero has its zero point at that end', () => {
    expect(quantParams({ min: 0, max: 5 }, { bits: 8, symmetric: false })).toEqual({ scale: 5 / 255, zeroPoint: 0, signed: false })
    expect(quantParams({ min: -5, max: 0 }, { bits: 8, symmetric: false })).toEqual({ scale: 5 / 255, zeroPoint: 127, signed: true })
  })

  it('a range of one number still has a scale', () => {
    expect(quantParams({ min: 5, max: 5 }, { bits: 8, symmetric: false })).toEqual({ scale: 5 / 255, zeroPoint: 0, signed: false })
    expect(quantParams({ min: -2, max: -2 }, { bits: 8, symmetric: true })).toEqual({ scale: 2 / 127, zeroPoint: 0, signed: true })
    expect(quantParams({ min: 0, max: 0 }, { bits: 8, symmetric: true })).toEqual({ scale: 0, zeroPoint: 0, signed: false })
  })

  it('a symmetric range is as wide as the larger side, and a range upside down is refused', () => {
    expect(quantParams({ min: -1, max: 7 }, { bits: 8, symmetric: true }).scale).toBe(7 / 127)
    expect(() => quantParams({ min: 1, max: 0.5 }, { bits: 8, symmetric: true })).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID' }),
    )
    expect(() => quantParams({ min: -Infinity, max: 1 }, { bits: 8, symmetric: true })).toThrow(
      expect.objectContaining({ code: 'RANGE_INVALID' }),
    )
  })

  it('16 and 4 bits stretch over their own codes', () => {
    // 4 / 15 a step; -8 + 1 / (4 / 15) = -4.25
    expect(quantParams({ min: -1, max: 3 }, { bits: 4, symmetric: false })).toEqual({ scale: 4 / 15, zeroPoint: -4, signed: true })
    // -32768 + 65535 / 4 = -16384.25
    expect(quantParams({ min: -1, max: 3 }, { bits: 16, symmetric: false })).toEqual({ scale: 4 / 65535, zeroPoint: -16384, signed: true })
  })

  it('16-bit values clamp and count only what rounds outside', () => {
    const { values, saturated } = toInt16(Float32Array.of(32767, 32767.25, 32767.5, -32768, -32768.5), 1)
    expect([...values]).toEqual([32767, 32767, 32767, -32768, -32768])
    expect(saturated).toBe(2 / 5)
    expect(toInt16(new Float32Array(), 1).saturated).toBe(0)
  })

  it('16-bit values are products in float32', () => {
    // float32(1 / 82) is below 1 / 82, so that 41 of them stay below one half.
    expect([...toInt16(Float32Array.of(41), 1 / 82).values]).toEqual([0])
    // float32(1 / 50) is below 1 / 50 too, but 25 of them round to one half.
    expect([...toInt16(Float32Array.of(25), 1 / 50).values]).toEqual([1])
  })

  it('weights that are whole at one of seven factors fit a byte at that factor', () => {
    const scale = (values: readonly number[], signed: boolean) => integerWeightScale(Float32Array.from(values), { signed })
    expect([scale([-128, 127], true), scale([128], true), scale([-129], true)]).toEqual([1, undefined, undefined])
    expect([scale([0, 255], false), scale([256], false), scale([127.5], false)]).toEqual([1, undefined, 0.5])
    // 64.5 doubled is 129: whole, but too large.
    expect([scale([63.5], true), scale([64.5], true)]).toEqual([0.5, undefined])
    expect([scale([0.25, 3], true), scale([3, 0.25], true)]).toEqual([0.25, 0.25])
    expect([scale([1 / 64], false), scale([1 / 128], false)]).toEqual([1 / 64, undefined])
  })
})

describe('bounds of shifts', () => {
  it('the shift by doubling answers the quotient of the thresholds', () => {
    // 2 reaches 127 after six doublings, 1/2 after eight.
    expect([rightShiftByDoubling(1, 2, 1), rightShiftByDoubling(1, 1, 2)]).toEqual([5, 7])
    expect([rightShiftByDoubling(-1, 1, 1), rightShiftByDoubling(NaN, 1, 1)]).toEqual([0, 0])
    // 31, 32 and 33 doublings.
    expect([31, 32, 33].map((m) => rightShiftByDoubling(127 / 2 ** m, 1, 1))).toEqual([30, 31, 31])
  })

  it('the shift by logarithm answers the quotient of the thresholds, with the weight as float32', () => {
    // 127 / 2 = 63.5 lies above 2^5, 127 * 2 = 254 above 2^7.
    expect([rightShiftByLogarithm(1, 2, 1), rightShiftByLogarithm(1, 1, 2)]).toEqual([5, 7])
    // 63.5 and a little is 63.5 in float32: exactly one doubling.
    expect(rightShiftByLogarithm(63.5 + 1e-9, 1, 1)).toBe(1)
    expect(rightShiftByLogarithm(127 / 2 ** 30.5, 1, 1)).toBe(30)
  })

  it('a shift by nothing changes nothing, and 64 counts as 63', () => {
    expect(shiftRight(7, 0, 'up')).toBe(7)
    expect(Object.is(shiftRight(-0, 0, 'up'), 0)).toBe(true)
    expect([shiftRight(2 ** 62, 63, 'half-up'), shiftRight(2 ** 62, 64, 'half-up')]).toEqual([1, 1])
    expect(shiftRight(3, -2, 'half-up')).toBe(12)
  })

  it('whole numbers stay what they are in every direction', () => {
    for (const mode of ['toward-zero', 'down', 'up'] as const) expect([-3, 0, 4].map((x) => roundTo(x, mode))).toEqual([-3, 0, 4])
    expect(Object.is(roundTo(-0.5, 'up'), 0)).toBe(true)
    expect(Object.is(roundTo(-0.5, 'toward-zero'), 0)).toBe(true)
    expect(Object.is(roundTo(-0, 'down'), 0)).toBe(true)
  })
})
