import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeBf16,
  decodeBf16Array,
  encodeBf16,
  encodeBf16Array,
  flushingBf16,
  roundBf16,
  roundBf16Array,
  saturatingBf16,
  truncatingBf16,
} from './bf16.ts'

function floatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits)
  return view.getFloat32(0)
}

describe('bfloat16', () => {
  it('every pattern that is a normal number, zero or infinity survives', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const exponent = (bits >> 7) & 0xff
      const fraction = bits & 0x7f
      const value = decodeBf16(bits)
      if (exponent === 255 && fraction !== 0) expect(value).toBeNaN()
      else if (exponent === 0 && fraction !== 0) {
        if (encodeBf16(value) !== (bits & 0x8000) || encodeBf16(value, saturatingBf16) !== bits)
          expect.fail(`subnormal ${bits.toString(16)}`)
      } else if (encodeBf16(value) !== bits) expect.fail(`pattern ${bits.toString(16)}`)
    }
  })

  it('halfway between two neighbours the even pattern wins', () => {
    for (let bits = 0x80; bits < 0x7f7f; bits++) {
      const even = bits % 2 === 0 ? bits : bits + 1
      const tie = floatOf(bits * 65536 + 0x8000)
      const got = [tie, -tie, floatOf(bits * 65536 + 0x7fff), floatOf(bits * 65536 + 0x8001)].map((x) => encodeBf16(x))
      if (got.join() !== [even, even | 0x8000, bits, bits + 1].join()) expect.fail(`tie above ${bits.toString(16)}`)
    }
  })

  it('edges of the default style', () => {
    expect(encodeBf16(NaN)).toBe(0x7fff)
    expect([floatOf(0x7f7f8000), floatOf(0xff7f8000), floatOf(0x7f7f7fff)].map((x) => encodeBf16(x))).toEqual([0x7f80, 0xff80, 0x7f7f])
    expect([0x007f7fff, 0x807f7fff, 0x007f8000, 0x007fffff, 0x807f8000].map((bits) => encodeBf16(floatOf(bits)))).toEqual([
      0, 0x8000, 0x0080, 0x0080, 0x8080,
    ])
    expect(roundBf16(3.140625 + 2 ** -7)).toBe(3.140625 + 2 ** -6)
    expect(roundBf16(1.00390625)).toBe(1)
  })

  it('edges of the other styles', () => {
    expect([NaN, Infinity, -Infinity, -3.4e38].map((x) => encodeBf16(x, saturatingBf16))).toEqual([0x7f7f, 0x7f7f, 0x7f7f, 0x7f7f])
    expect([1.99999, -1.99999, Infinity].map((x) => encodeBf16(x, truncatingBf16))).toEqual([0x3fff, 0xbfff, 0x7f80])
    expect(roundBf16(NaN, truncatingBf16)).toBeNaN()
  })

  it('arrays give what single numbers give, in every style', () => {
    const style = fc.constantFrom(flushingBf16, saturatingBf16, truncatingBf16)
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1 }), style, (values, chosen) => {
        const rounded = roundBf16Array(values, undefined, chosen)
        expect([...rounded]).toEqual([...values].map((x) => roundBf16(x, chosen)))
        expect([...decodeBf16Array(encodeBf16Array(values, chosen))]).toEqual([...rounded])
      }),
    )
  })
})
