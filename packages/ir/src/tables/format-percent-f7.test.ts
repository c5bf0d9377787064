import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPercentF7 } from './format-percent-f7.ts'
import { formatTimestamp } from './format-timestamp.ts'

/** `%.7f` by exact integer arithmetic on the double's mantissa and exponent. */
function exact(x: number): string {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, Math.abs(x))
  const word = bits.getBigUint64(0)
  const exponent = Number(word >> 52n)
  const mantissa = (word & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n)
  const power = Math.max(exponent, 1) - 1075
  const numerator = mantissa * 10_000_000n * (power > 0 ? 1n << BigInt(power) : 1n)
  const denominator = power > 0 ? 1n : 1n << BigInt(-power)
  const floor = numerator / denominator
  const twice = 2n * (numerator % denominator)
  const rounded = twice > denominator || (twice === denominator && floor % 2n === 1n) ? floor + 1n : floor
  const digits = rounded.toString().padStart(8, '0')
  return `${x < 0 || Object.is(x, -0) ? '-' : ''}${digits.slice(0, -7)}.${digits.slice(-7)}`
}

describe('printing seven decimals', () => {
  it.each([
    [0.00390625, '0.0039062'],
    [0.01171875, '0.0117188'],
    [-0.00390625, '-0.0039062'],
    [1.00390625, '1.0039062'],
    [-0, '-0.0000000'],
    [-1e-9, '-0.0000000'],
    [0, '0.0000000'],
    [255 / 256, '0.9960938'],
    [1e22, '10000000000000000000000.0000000'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [NaN, 'nan'],
  ])('%d', (x, text) => {
    expect(formatPercentF7(x)).toBe(text)
  })

  it('agrees with exact arithmetic on every double, ties included', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(formatPercentF7(x)).toBe(exact(x))
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (n) => {
        expect(formatPercentF7((2 * n + 1) / 256)).toBe(exact((2 * n + 1) / 256))
      }),
      { numRuns: 2000 },
    )
  })

  it('prints local time with six digits below the second', () => {
    expect(formatTimestamp(new Date(2026, 0, 9, 4, 5, 6, 78))).toBe('2026-01-09 04:05:06.078000')
  })
})
