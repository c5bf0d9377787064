import { expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import { magnitudePercentile } from './magnitude-percentile.ts'
import { percentileAt, percentileDepth } from './percentile-depth.ts'

const value = { name: 'x', index: 1, count: 4, elements: 30_000, samples: 2 }

function rangeOf(samples: readonly Float32Array[]) {
  const observer = magnitudePercentile().create(value)
  for (const sample of samples) observer.observe(sample)
  return observer.range()
}

it('is the percentile of all magnitudes, whichever side they lie on', () => {
  const samples = [noise(30_000, 1, 5).with(0, -9), noise(30_000, 2, 7).map((each) => -each)]
  const ascending = Float32Array.from(
    samples.flatMap((sample) => [...sample]),
    Math.abs,
  ).sort()
  const depth = percentileDepth(value)
  expect(depth.kept).toBe(5)
  const { threshold, min, max } = rangeOf(samples)
  expect(threshold).toBe(percentileAt(depth, ascending.slice(-5)))
  expect(threshold).toBeLessThan(Math.max(-min, max))
})

it('is the largest magnitude where that comes often enough', () => {
  const clipped = noise(30_000, 1, 5).map((each) => Math.min(0.5, Math.max(-0.5, each)))
  expect(rangeOf([clipped, clipped])).toEqual({ threshold: 0.5, min: -0.5, max: 0.5 })
})

it('is not raised for zeros', () => {
  const zeros = new Float32Array(30_000)
  expect(rangeOf([zeros, zeros])).toEqual({ threshold: 0, min: 0, max: 0 })
})
