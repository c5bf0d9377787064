import { observerConformance } from '@q/ir/conformance'
import { describe, expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import { createKernels, portableKernels } from '../kernels/kernels.ts'
import { clippingMagnitude } from './clipping-magnitude.ts'
import { mse } from './mse.ts'
import { runningRange } from './running-range.ts'

// The mean is a sum of float64, whose last bits depend on the order.
observerConformance({ runner: { describe, it }, create: () => mse(), orderTolerance: 1e-14 })

const first = Float32Array.from({ length: 100_000 }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000).with(0, 20)
const second = first.map((value) => value * 1.25)

describe.each([
  ['WebAssembly', createKernels()],
  ['plain', portableKernels],
])('the magnitude to clip at (%s)', (_, kernels) => {
  it('is what NumPy 1.24 computes, to the last bit', () => {
    expect(clippingMagnitude(kernels, first, -5.003)).toBe(13.25713823341998)
    expect(clippingMagnitude(kernels, second, -6.25375)).toBe(16.571422791774975)
  })

  it('weighs rounding a quarter where nothing lies below zero', () => {
    const positive = first.map((value) => Math.max(0, value))
    expect(clippingMagnitude(kernels, positive, 0)).toBe(17.743783780125018)
    expect(clippingMagnitude(kernels, positive, 9.9e-7)).toBe(clippingMagnitude(kernels, positive, 0))
    expect(clippingMagnitude(kernels, positive, 1e-6)).toBe(clippingMagnitude(kernels, positive, -1))
    expect(clippingMagnitude(kernels, positive, 1e-6)).toBeLessThan(clippingMagnitude(kernels, positive, 0))
  })

  it('is the magnitude itself where there is one only', () => {
    expect(clippingMagnitude(kernels, new Float32Array(5000).fill(-3), -3)).toBe(3)
    expect(clippingMagnitude(kernels, new Float32Array(5000).with(9, 4), 0)).toBeCloseTo(4 / (1 + 4999 / 65536 / 12), 4)
  })

  it('is 1 for zeros', () => {
    expect(clippingMagnitude(kernels, new Float32Array(5000), 0)).toBe(1)
  })
})

describe('mse', () => {
  const rangeOf = (samples: readonly Float32Array[]) => {
    const observer = mse().create({ name: 'x', index: 0, count: 1, elements: samples[0]!.length, samples: samples.length })
    for (const sample of samples) observer.observe(sample)
    return { ...observer.range(), codes: observer.diagnostics?.map(({ code }) => code) }
  }

  it('is the mean over the samples', () => {
    const { threshold, min, max } = rangeOf([first, second])
    expect(threshold).toBe(14.914280512597477)
    expect([min, max]).toEqual([Math.fround(-6.25375), 25])
  })

  it('is at most the largest magnitude', () => {
    expect(rangeOf([new Float32Array(5000).fill(0.25), new Float32Array(5000)])).toMatchObject({ threshold: 0.25, min: 0, max: 0.25 })
  })

  it('gives zeros the smallest threshold, and says so', () => {
    expect(rangeOf([new Float32Array(5000)])).toEqual({ threshold: 1e-5, min: 0, max: 1e-5, codes: ['CALIBRATION_ALL_ZEROS'] })
    const few = runningRange('x')
    few.extend({ min: 0, max: 1 })
    const { range, diagnostics } = few.finish(() => 1e-7)
    expect([range.threshold, diagnostics.map(({ code }) => code)]).toEqual([1e-5, ['CALIBRATION_ZERO_THRESHOLD']])
  })

  it('takes what is negative only by its magnitude', () => {
    const negative = noise(5000, 4, 3).map((value) => -1 - Math.abs(value))
    const mirrored = negative.map((value) => -value)
    expect(rangeOf([negative]).threshold).toBe(rangeOf([mirrored]).threshold)
  })

  it.each([NaN, Infinity, -Infinity])('refuses %f', (bad) => {
    expect(() => rangeOf([first.with(77, bad)])).toThrow(expect.objectContaining({ code: 'ACTIVATION_NOT_FINITE', at: ['x'] }))
  })
})
