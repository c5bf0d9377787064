import { describe, expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import type { Extent, Kernels } from './kernels.ts'
import { createKernels, portableKernels } from './kernels.ts'

const kernels = createKernels()

function count(on: Kernels, values: Float32Array, bins: number, width: number): { readonly counts: Int32Array; readonly extent: Extent } {
  const counts = new Int32Array(bins)
  let extent: Extent = { min: 0, max: 0 }
  on.count(values, (found) => {
    extent = found
    return { counts, width }
  })
  return { counts, extent }
}

describe('WebAssembly kernels', () => {
  it('are there on this platform', () => {
    expect(kernels).not.toBe(portableKernels)
  })

  it.each([
    [3, 2048],
    [2047, 64],
    [2050, 2048],
    [4099, 16384],
    [70_001, 16385],
    [600_003, 100_000],
  ])('count %i elements into %i bins as the plain ones do', (length, bins) => {
    const values = noise(length, 5, 9).map((value, i) => (i % 3 === 0 ? 0 : value))
    // The last tenth lies beyond the last bin.
    const width = (9 * 0.9) / bins
    expect(count(kernels, values, bins, width)).toEqual(count(portableKernels, values, bins, width))
  })

  it('round quotient and sum to float32, borders included', () => {
    const width = Math.fround(0.1)
    const values = Float32Array.from({ length: 4096 }, (_, i) => Math.fround(width * (i % 50) + width / 2))
    expect(count(kernels, values, 64, width)).toEqual(count(portableKernels, values, 64, width))
  })

  it.each([
    [0, 'first'],
    [2500, 'middle'],
    [4998, 'last'],
  ])('notice NaN and infinity wherever they stand (%i)', (at) => {
    const values = noise(4999, 1)
    expect(count(kernels, values.with(at, NaN), 8, 1).extent).toEqual({ min: NaN, max: NaN })
    expect(count(kernels, values.with(at, Infinity), 8, 1).extent.max).toBe(Infinity)
    expect(count(kernels, values.with(at, -7), 8, 1).extent.min).toBe(-7)
  })
})
