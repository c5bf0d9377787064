import { describe, expect, it } from 'vitest'
import { clamp, gelu, mish, sigmoid } from './activation.ts'

describe('activation functions', () => {
  it('sigmoid is odd around one half and survives large numbers', () => {
    for (const x of [0, 0.3, 2, 17]) expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 15)
    expect([sigmoid(1000), sigmoid(-1000)]).toEqual([1, 0])
  })
  it('clamp keeps what lies between', () => {
    expect([-2, 0.5, 7].map((x) => clamp(x, 0, 1))).toEqual([0, 0.5, 1])
  })
  it('the forms of GELU agree to their known distance', () => {
    // x Phi(x), Phi(1) = 0.8413447460685429 (tables of the normal distribution); the tanh form errs by less than 1e-3, the sigmoid form by 2e-2.
    expect(gelu.none(1)).toBeCloseTo(0.8413447460685429, 14)
    for (const x of [-3, -1, 0.5, 2]) {
      expect(Math.abs(gelu.tanh(x) - gelu.none(x))).toBeLessThan(1e-3)
      expect(Math.abs(gelu.sigmoid(x) - gelu.none(x))).toBeLessThan(2.1e-2)
    }
  })
  it('mish is x tanh(softplus x), in double or in float32 steps', () => {
    for (const x of [-5, -0.7, 0, 1.3, 6]) {
      const exact = x * Math.tanh(Math.log1p(Math.exp(x)))
      expect(mish(x)).toBeCloseTo(exact, 12)
      expect(mish(x, Math.fround)).toBeCloseTo(exact, 5)
      expect(Math.fround(mish(x, Math.fround))).toBe(mish(x, Math.fround))
    }
    // float32(ln(float32(e^-1 + 1))) and on by hand in float32 gives another last digit than the double rounded once.
    expect([-1, 0.1, 0.2, 0.3, 0.4].some((x) => mish(x, Math.fround) !== Math.fround(mish(Math.fround(x))))).toBe(true)
  })
})
