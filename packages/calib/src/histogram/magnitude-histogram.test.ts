import { describe, expect, it } from 'vitest'
import { createKernels, portableKernels } from '../kernels/kernels.ts'
import { klThreshold } from './kl-threshold.ts'
import { firstMovedBin, floorDivide, magnitudeHistogram } from './magnitude-histogram.ts'

const first = Float32Array.from({ length: 100000 }, (_, i) => (((i * 7919) % 10007) - 5003) / 1000)
first[0] = 20
const second = first.map((value) => value * 1.25)

describe.each([
  ['WebAssembly', createKernels()],
  ['plain', portableKernels],
] as const)('magnitude histogram, %s kernels', (_, kernels) => {
  const fill = (...samples: readonly Float32Array[]) => {
    const histogram = magnitudeHistogram(kernels, 2048, [])
    let magnitude = 0
    for (const sample of samples) {
      histogram.add(sample, ({ min, max }) => (magnitude = Math.max(magnitude, Math.abs(min), Math.abs(max))))
    }
    return histogram
  }

  // The numbers of NumPy on the same two samples.
  it('has half a bin at zero and leaves zeros out', () => {
    const { counts, width } = fill(first).read()!
    expect(width).toBe(0.009770395701025891)
    expect([...counts.subarray(0, 5)]).toEqual([80, 200, 200, 200, 179])
    expect(counts.reduce((sum, count) => sum + count)).toBe(99990)
  })

  it('grows by whole bins of the old range and keeps the old counts where they are', () => {
    const histogram = fill(first, second).read()!
    expect(histogram.counts.length).toBe(2561)
    expect(histogram.width).toBe(0.009769439697265625)
    expect(klThreshold(histogram)).toBe(20.0078125)
    expect(klThreshold(histogram, 8)).toBe(20.0078125)
  })

  it('drops its history, and says so, where it would need more than eight million bins', () => {
    const histogram = fill(Float32Array.of(1e-6), Float32Array.of(1))
    const { counts, width } = histogram.read()!
    expect(counts.length).toBe(2048)
    expect(width).toBe(1 / 2047)
    expect(counts.reduce((sum, count) => sum + count)).toBe(1)
    expect(histogram.diagnostics.map(({ code }) => code)).toEqual(['CALIBRATION_HISTORY_DROPPED'])
  })

  it('says so again when it goes on from its state', () => {
    const before = fill(Float32Array.of(1e-6), Float32Array.of(1))
    const after = magnitudeHistogram(kernels, 2048, [], before.state())
    expect(after.diagnostics).toEqual(before.diagnostics)
    expect(after.state()).toEqual(before.state())
  })

  it('does not count a sample of zeros', () => {
    expect(fill(new Float32Array(5000)).read()).toBeUndefined()
    expect(fill(new Float32Array(5000), first).read()!.width).toBe(0.009770395701025891)
  })
})

describe('bins that NumPy counts one too high', () => {
  // numpy.histogram(numpy.arange(n, dtype=float32), bins=n, range=(0, n - 1)) of NumPy 1.24.3 leaves exactly this bin empty.
  it.each([
    [5000, 4998],
    [10000, 9995],
  ])('begin near the end of a histogram of %i bins', (bins, first) => {
    expect(firstMovedBin(bins)).toBe(first)
  })

  it.each([2048, 4096, 65537, 100000])('are not there with %i bins', (bins) => {
    expect(firstMovedBin(bins)).toBe(bins)
  })
})

describe('floor division', () => {
  // Python: 1.0 // 0.1 == 9.0, 6.0 // 0.2 == 29.0, -1.0 // 0.3 == -4.0
  it('follows the remainder, not the rounded quotient', () => {
    expect([floorDivide(1, 0.1), floorDivide(6, 0.2), floorDivide(-1, 0.3), floorDivide(5, 2.5)]).toEqual([9, 29, -4, 2])
  })
})
