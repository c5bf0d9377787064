import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeF16, decodeF16Array, encodeF16, encodeF16Array, roundF16, roundF16Array } from './f16.ts'

const isNan = (bits: number) => (bits & 0x7fff) > 0x7c00

describe('binary16', () => {
  it('every bit pattern that is a number survives', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = decodeF16(bits)
      if (isNan(bits)) expect(value).toBeNaN()
      else if (encodeF16(value) !== bits || !Object.is(roundF16(value), value)) expect.fail(`pattern ${bits.toString(16)}`)
    }
  })

  it('the closed form of a pattern', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x7c00, 0x8000].map(decodeF16)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      1023 * 2 ** -24,
      Infinity,
      -0,
    ])
  })

  it('halfway between two neighbours the even pattern wins, and just beside it the nearer', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (decodeF16(bits) + decodeF16(bits + 1)) / 2
      const even = bits % 2 === 0 ? bits : bits + 1
      if (encodeF16(middle) !== even || encodeF16(-middle) !== (even | 0x8000)) expect.fail(`tie above ${bits.toString(16)}`)
      const step = middle * 2 ** -22
      if (encodeF16(middle - step) !== bits || encodeF16(middle + step) !== bits + 1)
        expect.fail(`beside the tie above ${bits.toString(16)}`)
    }
  })

  it('overflow, tiny numbers, NaN', () => {
    expect([65519.99609375, 65520, -65520, 1e30, Infinity].map(roundF16)).toEqual([65504, Infinity, -Infinity, Infinity, Infinity])
    expect([2 ** -25, 2 ** -25 * 1.0000001192092896, -(2 ** -26), 3 * 2 ** -25].map(roundF16)).toEqual([0, 2 ** -24, -0, 2 ** -23])
    expect(encodeF16(NaN)).toBe(0x7e00)
    expect(roundF16(NaN)).toBeNaN()
  })

  it('a double is rounded to float32 first', () => {
    const justAboveATie = 1 + 2 ** -11 + 2 ** -40
    expect(roundF16(justAboveATie)).toBe(1)
    expect(roundF16(Math.fround(1 + 2 ** -11 + 2 ** -23))).toBe(1 + 2 ** -10)
  })

  it('arrays give what single numbers give; the error is at most half a step', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, minLength: 1 }), (values) => {
        const rounded = roundF16Array(values)
        expect([...rounded]).toEqual([...values].map(roundF16))
        expect([...decodeF16Array(encodeF16Array(values))]).toEqual([...rounded])
        values.forEach((x, i) => {
          const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10))
          if (Math.abs(x) < 65504) expect(Math.abs(rounded[i]! - x)).toBeLessThanOrEqual(step / 2)
        })
        expect([...roundF16Array(values, values)]).toEqual([...rounded])
      }),
    )
  })
})
