import { describe, expect, it } from 'vitest'
import { erf } from './erf.ts'

/** Summed from the power series with 60 digits. */
const known: readonly (readonly [number, number])[] = [
  [0.001, 0.0011283787909692364],
  [0.1, 0.1124629160182848984],
  [0.25, 0.276326390168236933],
  [0.5, 0.5204998778130465376],
  [0.84, 0.7651427114549945173],
  [0.85, 0.7706680576083525202],
  [1, 0.8427007929497148693],
  [1.2, 0.9103139782296353683],
  [1.3, 0.9340079449406524458],
  [1.75, 0.9866716712191824437],
  [2, 0.9953222650189527341],
  [2.85, 0.999944343720038601],
  [2.9, 0.9999589021219005411],
  [3.5, 0.9999992569016276585],
  [4.5, 0.9999999998033839558],
  [5.5, 0.9999999999999926421],
]

describe('erf', () => {
  it('is within one unit in the last place of the series, on both sides of every seam', () => {
    for (const [x, value] of known) {
      const unit = 2 ** (Math.floor(Math.log2(value)) - 52)
      expect(Math.abs(erf(x) - value) / unit, `erf(${x})`).toBeLessThanOrEqual(1)
    }
  })

  it('is odd', () => {
    for (const [x] of known) expect(erf(-x)).toBe(-erf(x))
  })

  it('rises, also across the seams', () => {
    for (const seam of [0.84375, 1.25, 1 / 0.35]) {
      const values = [-2, -1, 0, 1, 2].map((k) => erf(seam + k * 1e-9))
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(values[4]! - values[0]!).toBeLessThan(1e-8)
    }
  })

  it('ends at one, keeps the sign of zero and NaN', () => {
    expect(erf(6)).toBe(1)
    expect(erf(-Infinity)).toBe(-1)
    expect(erf(0)).toBe(0)
    expect(Object.is(erf(-0), -0)).toBe(true)
    expect(erf(NaN)).toBeNaN()
  })

  it('is nearly linear near zero', () => {
    expect(erf(1e-300)).toBe(1e-300 + 1.28379167095512586316e-1 * 1e-300)
  })
})
