import { observerConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { aciqGauss, aciqLaplace, laplaceClip } from './aciq.ts'

// The mean is a sum of float64, whose last bits depend on the order.
observerConformance({ runner: { describe, it }, create: () => aciqGauss(), orderTolerance: 1e-14 })
observerConformance({ runner: { describe, it }, create: () => aciqLaplace(), orderTolerance: 1e-14 })

const first = Float32Array.from({ length: 100_000 }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000).with(0, 20)
const second = first.map((value) => value * 1.25)

const thresholdOf = (method: ReturnType<typeof aciqGauss>, ...samples: readonly Float32Array[]): number => {
  const observer = method.create({ name: 'x', index: 0, count: 1, elements: samples[0]!.length, samples: samples.length })
  for (const sample of samples) observer.observe(sample)
  return observer.range().threshold
}

it('aciq_gauss is what NumPy 1.24 computes: the mean over the samples', () => {
  expect(thresholdOf(aciqGauss(), first)).toBeCloseTo(11.0453191, 6)
  expect(thresholdOf(aciqGauss(), first, second)).toBeCloseTo((11.0453191 + 13.8066489) / 2, 6)
})

it('aciq_laplace is what NumPy 1.24 computes, at most the largest magnitude', () => {
  expect(laplaceClip(first)).toBe(24.760967246596483)
  expect(laplaceClip(second)).toBe(30.95120610878134)
  expect(thresholdOf(aciqLaplace(), first)).toBe(20)
  expect(thresholdOf(aciqLaplace(), first, second)).toBe(25)
  const [narrow, narrower] = [first.map((value) => value / 4).with(0, 20), first.map((value) => value / 8).with(0, 20)]
  expect(thresholdOf(aciqLaplace(), narrow, narrower)).toBeCloseTo((laplaceClip(narrow) + laplaceClip(narrower)) / 2, 12)
})

it('a value of one element keeps its magnitude', () => {
  for (const method of [aciqGauss(), aciqLaplace()]) expect(thresholdOf(method, Float32Array.of(-3))).toBe(3)
})

it('equal elements have no deviation, and the least threshold, which is said', () => {
  for (const method of [aciqGauss(), aciqLaplace()]) {
    const observer = method.create({ name: 'x', index: 0, count: 1, elements: 64, samples: 1 })
    observer.observe(new Float32Array(64).fill(2))
    expect([observer.range().threshold, observer.diagnostics?.map(({ code }) => code)]).toEqual([1e-5, ['CALIBRATION_ZERO_THRESHOLD']])
  }
})
