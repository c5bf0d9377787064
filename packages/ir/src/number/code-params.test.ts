import { describe, expect, it } from 'vitest'
import { codeParams } from './quant-params.ts'

const params = (min: number, max: number, storage: Parameters<typeof codeParams>[1]) => {
  const { scale, zeroPoint, signed } = codeParams({ min, max }, storage)
  return [scale, zeroPoint, signed]
}

describe('scale, zero point and sign of codes', () => {
  it('with the sign of the range: signed exactly where it has negative numbers', () => {
    expect(params(-1, 4, { bits: 8, sign: 'by-range', zeroPoint: 'none' })).toEqual([4 / 127, 0, true])
    expect(params(0, 4, { bits: 8, sign: 'by-range', zeroPoint: 'none' })).toEqual([4 / 255, 0, false])
    expect(params(0, 4, { bits: 16, sign: 'by-range', zeroPoint: 'none' })).toEqual([4 / 65535, 0, false])
    expect(params(-1, 3, { bits: 8, sign: 'by-range', zeroPoint: 'by-range' })).toEqual([4 / 255, -64, true])
  })

  it('always signed: by the largest magnitude', () => {
    expect(params(0, 4, { bits: 8, sign: 'signed', zeroPoint: 'none' })).toEqual([4 / 127, 0, true])
    expect(params(-8, 4, { bits: 16, sign: 'signed', zeroPoint: 'none' })).toEqual([8 / 32767, 0, true])
    expect(params(-7, 4, { bits: 4, sign: 'signed', zeroPoint: 'none' })).toEqual([1, 0, true])
  })

  it('always unsigned without a zero point: what is negative is lost', () => {
    expect(params(-9, 5.1, { bits: 8, sign: 'unsigned', zeroPoint: 'none' })).toEqual([5.1 / 255, 0, false])
    expect(params(-9, -1, { bits: 8, sign: 'unsigned', zeroPoint: 'none' })).toEqual([0, 0, false])
  })

  it('with the zero point in the middle of unsigned codes', () => {
    expect(params(-2, 4, { bits: 8, sign: 'unsigned', zeroPoint: 'middle' })).toEqual([4 / 127, 128, false])
    expect(params(-2, 4, { bits: 16, sign: 'unsigned', zeroPoint: 'middle' })).toEqual([4 / 32767, 32768, false])
    expect(params(-2, 4, { bits: 8, sign: 'signed', zeroPoint: 'middle' })).toEqual([4 / 127, 0, true])
  })

  it('stretched over all codes: the range is widened to hold zero, which a code stands for exactly', () => {
    expect(params(-1, 1.55, { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' })).toEqual([2.55 / 255, 100, false])
    expect(params(1, 2.55, { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' })).toEqual([2.55 / 255, 0, false])
    expect(params(-2.55, -1, { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' })).toEqual([2.55 / 255, 255, false])
    expect(params(0, 2.55, { bits: 8, sign: 'signed', zeroPoint: 'by-range' })).toEqual([2.55 / 255, -128, true])
    expect(params(0, 0, { bits: 8, sign: 'unsigned', zeroPoint: 'by-range' })).toEqual([0, 0, false])
  })

  it('with powers of two: the least that covers the range', () => {
    expect(params(-1, 1, { bits: 8, sign: 'signed', zeroPoint: 'none', scale: 'power-of-two' })).toEqual([2 ** -6, 0, true])
    expect(params(-127 / 128, 0.5, { bits: 8, sign: 'signed', zeroPoint: 'none', scale: 'power-of-two' })).toEqual([2 ** -7, 0, true])
    expect(params(0, 2, { bits: 8, sign: 'by-range', zeroPoint: 'none', scale: 'power-of-two' })).toEqual([2 ** -6, 0, false])
    expect(params(0, 0, { bits: 8, sign: 'signed', zeroPoint: 'none', scale: 'power-of-two' })).toEqual([0, 0, true])
  })

  it('do not exist for a range that is none', () => {
    const storage = { bits: 8, sign: 'signed', zeroPoint: 'none' } as const
    expect(() => params(2, 1, storage)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }))
    expect(() => params(Number.NaN, 1, storage)).toThrow(expect.objectContaining({ code: 'RANGE_INVALID' }))
  })

  it('with a fixed point: bits behind it are bits - 1 - ceil(log2(largest)), and a power of two is one code off', () => {
    const point = (largest: number, bits: 8 | 16) => {
      const [scale] = params(-largest, 0.1, { bits, sign: 'signed', zeroPoint: 'none', scale: 'fixed-point', arithmetic: 'single' })
      return 0 - Math.log2(Number(scale))
    }
    const most = [0.5, 0.50001, 1, 1.0001, 2, 4, 127, 128, 129, 32767, 40000]
    expect(most.map((largest) => [point(largest, 8), point(largest, 16)])).toEqual([
      [8, 16],
      [7, 15],
      [7, 15],
      [6, 14],
      [6, 14],
      [5, 13],
      [0, 8],
      [0, 8],
      [-1, 7],
      [-8, 0],
      [-9, -1],
    ])
  })

  it('in float32, zero points half to even, and zeros with the scale 1', () => {
    const single = { bits: 8, sign: 'unsigned', zeroPoint: 'by-range', arithmetic: 'single' } as const
    expect(params(-1, 0.9765625, single)).toEqual([Math.fround(1.9765625 / 255), 129, false])
    expect(params(-19.0808525, 5.90418911, single)).toEqual([Math.fround(0.0979805589), 195, false])
    expect(params(-2.5, 252.5, single)).toEqual([1, 2, false])
    expect(params(0, 0, single)).toEqual([1, 0, false])
    expect(params(0, 0, { ...single, sign: 'signed' })).toEqual([1, -128, true])
  })
})
