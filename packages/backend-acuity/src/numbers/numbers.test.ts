import { roundBf16 } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { affineCode, affineNumber, fixedPointCode, fixedPointNumber, truncatedHalfBits } from './codes.ts'
import { affineBiasScale, fixedPointBias } from './format-of-bias.ts'
import { asymmetricFormat, fixedPointFormat, symmetricFormat, withZero } from './format-of-range.ts'

// What the chip's library computed, by spec/acuity.md 4.2.
describe('formats of a range', () => {
  it.each([
    [-1, 0.9765625, 0.00775122549, 129, 7, 15],
    [0, 6, 0.0235294122, 0, 4, 12],
    [-19.0808525, 5.90418911, 0.0979805589, 195, 2, 10],
    [-45.0352173, 0, 0.176608697, 255, 1, 9],
    [-2.88, 2.705, 0.0219019614, 131, 5, 13],
    [0, 643.681763, 2.52424216, 0, -3, 5],
    [1, 3, 0.00784313772, 0, 5, 13],
    [-3, -1, 0.00784313772, 255, 5, 13],
  ])('%d … %d', (min, max, scale, zeroPoint, fl8, fl16) => {
    const found = asymmetricFormat({ min, max }, 'u8')
    expect({ scale: Number(found.scale.toPrecision(9)), zeroPoint: found.zeroPoint }).toEqual({ scale, zeroPoint })
    expect([fixedPointFormat({ min, max }, 'i8').fl, fixedPointFormat({ min, max }, 'i16').fl]).toEqual([fl8, fl16])
  })

  it.each([
    [0.5, 8, 16],
    [0.50001, 7, 15],
    [1, 7, 15],
    [1.0001, 6, 14],
    [2, 6, 14],
    [4, 5, 13],
    [127, 0, 8],
    [128, 0, 8],
    [129, -1, 7],
    [32767, -8, 0],
    [40000, -9, -1],
    [1e-4, 20, 28],
  ])('the point of what reaches %d', (largest, fl8, fl16) => {
    for (const range of [
      { min: 0, max: largest },
      { min: -largest, max: largest / 2 },
    ])
      expect([fixedPointFormat(range, 'i8').fl, fixedPointFormat(range, 'i16').fl]).toEqual([fl8, fl16])
  })

  it('what no sample has reached has the scale 1', () => {
    expect(asymmetricFormat({ min: 0, max: 0 }, 'u8')).toEqual({ type: 'u8', scale: 1, zeroPoint: 0 })
    expect(asymmetricFormat({ min: 0, max: 0 }, 'i8')).toEqual({ type: 'i8', scale: 1, zeroPoint: -128 })
    expect(fixedPointFormat({ min: 0, max: 0 }, 'i16').fl).toBe(0)
    expect(symmetricFormat({ min: 0, max: 0 }, 'i8').scale).toBe(2 ** -126)
  })

  it('symmetric formats divide the largest magnitude by the largest code', () => {
    expect(symmetricFormat({ min: -2, max: 1 }, 'i8')).toEqual({ type: 'i8', scale: Math.fround(2 / 127), zeroPoint: 0 })
  })

  it('a calibrator widens a range to zero', () => {
    expect([withZero({ min: 1, max: 3 }), withZero({ min: -3, max: -1 })]).toEqual([
      { min: 0, max: 3 },
      { min: -3, max: 0 },
    ])
  })
})

describe('codes', () => {
  const u8 = { type: 'u8', scale: 1, zeroPoint: 128 } as const
  it.each([
    [0.5, 128],
    [1.5, 130],
    [2.5, 130],
    [-0.5, 128],
    [-1.5, 126],
    [-2.5, 126],
    [126.5, 254],
    [127.5, 255],
    [-128.5, 0],
    [Infinity, 255],
    [-Infinity, 0],
  ])('u8 of %d', (x, code) => expect(affineCode(x, u8)).toBe(code))

  it.each([
    [0, -3],
    [0.5, -2],
    [2.5, 2],
    [Math.PI, 3],
  ])('i8 of %d', (x, code) => expect(affineCode(x, { type: 'i8', scale: 0.5, zeroPoint: -3 })).toBe(code))

  it.each([
    [0.5, 0, 'i8', 0],
    [1.5, 0, 'i8', 2],
    [2.5, 0, 'i8', 2],
    [-2.5, 0, 'i8', -2],
    [126.5, 0, 'i8', 126],
    [127.5, 0, 'i8', 127],
    [-128.5, 0, 'i8', -128],
    [0.0625, 4, 'i8', 1],
    [126.5, -3, 'i8', 16],
    [300, -3, 'i8', 38],
    [1, 7, 'i8', 127],
    [2.5, 8, 'i16', 640],
    [126.5, 8, 'i16', 32384],
    [300, 8, 'i16', 32767],
  ] as const)('%d with the point at %i in %s', (x, fl, type, code) => expect(fixedPointCode(x, { type, fl })).toBe(code))

  it('stand for numbers', () => {
    const six = { type: 'u8', scale: Math.fround(0.0235294122), zeroPoint: 0 } as const
    expect([0.0117, 0.01177, 3, 7].map((x) => affineCode(x, six))).toEqual([0, 1, 128, 255])
    expect(affineNumber(128, six).toPrecision(9)).toBe('3.01176476')
    expect(affineNumber(255, six)).toBe(6)
    const wide = { type: 'i16', fl: 12 } as const
    expect([0.0117, 3, 7].map((x) => fixedPointCode(x, wide))).toEqual([48, 12288, 28672])
    expect(fixedPointNumber(28672, wide)).toBe(7)
  })

  it.each([
    [0.1, 0x2e66],
    [65520, 0x7bff],
    [Infinity, 0x7bff],
    [6.1e-5, 0],
    [-1 / 3, 0xb555],
  ])('half float of %d', (x, bits) => expect(truncatedHalfBits(x)).toBe(bits))

  it.each([
    [0.1, 0x3dcd],
    [1.01171875, 0x3f82],
    [65504, 0x4780],
  ])('bfloat16 of %d, rounded to even by the core', (x, bits) => {
    expect(new Uint32Array(Float32Array.of(roundBf16(x)).buffer)[0]! >>> 16).toBe(bits)
  })
})

describe('a bias', () => {
  it('has the scales of input and weight multiplied, or their points added', () => {
    expect(affineBiasScale({ scale: 0.5 }, { scale: 0.1 })).toBe(Math.fround(0.5 * Math.fround(0.1)))
    expect(fixedPointBias({ type: 'i16', fl: 12 }, { type: 'i16', fl: 15 })).toEqual({ type: 'i64', fl: 27 })
    expect(fixedPointBias({ type: 'i8', fl: 4 }, { type: 'i8', fl: 7 })).toEqual({ type: 'i32', fl: 11 })
  })
})
