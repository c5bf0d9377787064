import { observerConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { meanOfMaxima } from './mean-of-maxima.ts'

// Sums in another order differ in their last bits.
observerConformance({ runner: { describe, it }, create: () => meanOfMaxima(), orderTolerance: 1e-12 })
observerConformance({ runner: { describe, it }, create: () => meanOfMaxima({ share: 0.5 }), orderTolerance: 1e-12 })

const value = { name: 'x', index: 0, count: 1, elements: 3, samples: 2 }

describe('mean of maxima', () => {
  it('is what a hand computes', () => {
    const observer = meanOfMaxima().create(value)
    observer.observe(Float32Array.of(-4, 1, 2))
    observer.observe(Float32Array.of(0, 1, 2))
    expect(observer.range()).toEqual({ threshold: 3, min: -4, max: 2 })
  })

  it.each([0, 1.5, Number.NaN])('refuses a share of %d', (share) => {
    expect(() => meanOfMaxima({ share })).toThrow(expect.objectContaining({ code: 'OBSERVER_OPTION', at: ['share'], found: String(share) }))
  })
})
