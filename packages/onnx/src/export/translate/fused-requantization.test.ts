import type { TensorType } from '@q/ir'
import { multiplyShift } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { provenFactors } from './fused-requantization.ts'
import type { Requantization } from './requantize-sums.ts'

const unsigned: TensorType = { dtype: 'u8', shape: [1, 1, 1, 1] }
const signed: TensorType = { dtype: 'i8', shape: [1, 1, 1, 1] }

function requantization(multipliers: readonly number[], shifts: readonly number[], bound: number): Requantization {
  return { kind: 'multiplier-shift', multipliers, shifts, rounding: 'half-up', relu: false, bounds: [bound] }
}

/** What a fused kernel makes of a sum: one product in float32, ties to even. */
function fused(sum: number, factor: number): number {
  const product = Math.fround(Math.fround(sum) * factor)
  const [low, rest] = [Math.floor(product), product - Math.floor(product)]
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low
}

const clamped = (code: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, code))

describe('factors of a fused requantization', () => {
  it.each([
    ['unsigned', unsigned, [0, 255]],
    ['signed', signed, [-128, 127]],
  ] as const)('give the code of every sum of %s results', (_, type, ends) => {
    const bound = 150_000
    const multipliers = Array.from({ length: 60 }, (_, i) => 1_000_003 + 9_973 * i * i)
    const shifts = multipliers.map((_, i) => 26 + (i % 4))
    const factors = provenFactors(requantization(multipliers, shifts, bound), type, multipliers.length)
    let different = 0
    factors.forEach((factor, channel) => {
      if (factor === undefined) return
      for (let sum = -bound; sum <= bound; sum++) {
        const code = multiplyShift(sum, multipliers[channel]!, shifts[channel]!)
        if (clamped(fused(sum, factor), ends) !== clamped(code, ends)) different++
      }
    })
    expect(different).toBe(0)
    expect(factors.filter((factor) => factor !== undefined).length).toBeGreaterThan(30)
  })

  it('round ties up, which the kernel rounds to even, by a factor one step larger', () => {
    const [factor] = provenFactors(requantization([1], [1], 500), unsigned, 1)
    expect(factor).toBeGreaterThan(0.5)
    expect([1, 3, 5, 7].map((sum) => fused(sum, factor!))).toEqual([1, 2, 3, 4])
  })

  it('are not there where two middles ask for opposite steps', () => {
    // 60262 * m / 2^30 is 74.5 and 2e-8 of it; 88573 * m / 2^30 is 109.5 less 6e-8 of it.
    expect(provenFactors(requantization([1_327_433], [30], 347_489), unsigned, 1)).toEqual([undefined])
  })

  it('are not looked for where sums are too large, or codes saturate early', () => {
    expect(provenFactors(requantization([3], [26], 2 ** 30), unsigned, 1)).toEqual([undefined])
    const early: TensorType = { ...signed, quant: { scale: 1, expressed: 'f32', saturate: [-8, 7] } as never }
    expect(provenFactors(requantization([1_000_003], [26], 1000), early, 1)).toEqual([undefined])
  })
})
