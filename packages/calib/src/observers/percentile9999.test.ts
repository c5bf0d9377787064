import { observerConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import { percentileAt, percentileDepth } from './percentile-depth.ts'
import { percentile9999 } from './percentile9999.ts'

observerConformance({ runner: { describe, it }, create: () => percentile9999() })

/** The range of samples of one value, which is layer `index` of `count`. */
function rangeOf(samples: readonly Float32Array[], index = 0, count = 1) {
  const observer = percentile9999().create({ name: 'x', index, count, elements: samples[0]!.length, samples: samples.length })
  for (const sample of samples) observer.observe(sample)
  return observer.range()
}

describe('how deep the percentile lies', () => {
  const value = { name: 'x', count: 100, elements: 100_000, samples: 2 }

  it.each([
    [0, 21],
    [50, 11],
    [99, 1],
  ])('in the elements of layer %i of 100', (index, kept) => {
    expect(percentileDepth({ ...value, index }).kept).toBe(kept)
  })

  it('is one element where there are few', () => {
    const depth = percentileDepth({ name: 'x', index: 0, count: 1, elements: 10, samples: 3 })
    expect(depth.kept).toBe(1)
    expect(percentileAt(depth, [7])).toBe(7)
  })

  it('is read from the innermost kept element to the next, in float64', () => {
    expect(percentileAt({ kept: 3, ratio: 0.25 }, [1, 2, 100])).toBe(1.25)
    expect(percentileAt({ kept: 2, ratio: 0.1 }, [0, 0.3])).toBe(0.1 * 0.3)
  })
})

describe('percentile9999', () => {
  const first = Float32Array.from({ length: 100_000 }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000).with(0, 20)
  const both = [first, first.map((value) => value * 1.25)]

  it.each([
    [0, '-6.25124979', '6.25249958'],
    [50, '-6.25249958', '6.25374985'],
    [99, '-6.25374985', '25.00000000'],
  ])('finds the ends of layer %i of 100', (index, min, max) => {
    const range = rangeOf(both, index, 100)
    expect([range.min.toFixed(8), range.max.toFixed(8)]).toEqual([min, max])
    expect(range.threshold).toBe(Math.max(-range.min, range.max))
  })

  it('counts equal elements each', () => {
    const sample = new Float32Array(20_000).fill(2)
    sample.fill(6, 0, 30)
    // Three are kept of either side: all sixes, all twos.
    expect(rangeOf([sample])).toEqual({ threshold: 6, min: 2, max: 6 })
    expect(rangeOf([sample.with(0, 9)])).toEqual({ threshold: 6, min: 2, max: 6 })
    expect(rangeOf([sample.map((value) => -value)])).toEqual({ threshold: 6, min: -6, max: -2 })
  })

  it('gives zeros the smallest threshold, and their own range', () => {
    expect(rangeOf([new Float32Array(5000)])).toEqual({ threshold: 1e-5, min: 0, max: 0 })
  })

  it('does not depend on the order of elements or on where a sample ends', () => {
    const sample = noise(40_000, 3, 8)
    const whole = rangeOf([sample])
    expect(rangeOf([sample.toReversed()])).toEqual(whole)
    expect(rangeOf([sample.toSorted()])).toEqual(whole)
    expect(rangeOf([sample.subarray(0, 20_000), sample.subarray(20_000)])).toEqual(whole)
    expect(whole.max).toBeLessThan(8)
  })

  it.each([NaN, Infinity, -Infinity])('refuses %f', (bad) => {
    expect(() => rangeOf([first, first.with(77, bad)])).toThrow(expect.objectContaining({ code: 'ACTIVATION_NOT_FINITE', at: ['x'] }))
  })
})
