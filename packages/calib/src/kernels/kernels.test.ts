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

  it.each([
    ['right', 2048, 2048],
    ['of another width', 2048, 2048],
    ['of another size', 2048, 1024],
    ['no answer', 2048, 2048],
  ] as const)('count the same with a guess that is %s', (guessed, bins, guessedBins) => {
    const width = 9 / bins
    for (const length of [2047, 2048, 4096, 4099, 600_004]) {
      const values = noise(length, 5, 9).map((value, i) => (i % 3 === 0 ? 0 : value))
      const [counts, wanted] = [new Int32Array(bins).fill(3), new Int32Array(bins).fill(3)]
      const guess =
        guessed === 'right' || guessed === 'no answer' ? { counts, width } : { counts: new Int32Array(guessedBins), width: width * 1.5 }
      const extents: Extent[] = []
      const choose = (into: Int32Array) => (extent: Extent) => {
        extents.push(extent)
        return guessed === 'no answer' ? undefined : { counts: into, width }
      }
      kernels.count(values, choose(counts), guess)
      portableKernels.count(values, choose(wanted))
      expect(extents[0]).toEqual(extents[1])
      expect(counts).toEqual(wanted)
      if (guess.counts !== counts) expect(guess.counts.every((count) => count === 0)).toBe(true)
    }
  })

  it('notice NaN and infinity when they guess, and count nothing', () => {
    const counts = new Int32Array(64)
    for (const [value, found] of [
      [NaN, NaN],
      [Infinity, Infinity],
    ] as const) {
      const seen: number[] = []
      kernels.count(noise(4096, 1).with(2500, value), ({ max }) => void seen.push(max), { counts, width: 0.1 })
      expect(seen).toEqual([found])
    }
    expect(counts.every((count) => count === 0)).toBe(true)
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

  const sameBits = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer))
  // Whole vectors and 1, 2, 3 elements more; shorter than what goes into the module; on both sides of a chunk's end.
  const lengths = [1, 2, 3, 4, 5, 7, 2047, 2048, 2049, 2050, 2051, 524_287, 524_288, 524_289, 524_291, 600_003]

  it.each(lengths)('find the same extent of %i elements, signs of zeros included', (length) => {
    const values = noise(length, 3, 9)
    expect(count(kernels, values, 64, 0.1)).toEqual(count(portableKernels, values, 64, 0.1))
    for (const zeros of [values.map((value, i) => (i % 5 === 2 ? -0 : Math.abs(value))), values.map((_, i) => (i % 7 === 6 ? -0 : 0))]) {
      const [a, b] = [count(kernels, zeros, 64, 0.1), count(portableKernels, zeros, 64, 0.1)]
      expect([Object.is(a.extent.min, b.extent.min), Object.is(a.extent.max, b.extent.max)]).toEqual([true, true])
      expect(a.counts).toEqual(b.counts)
    }
  })

  it.each(lengths)('fake-quantize %i elements to the same bits, ties and signs of zeros included', (length) => {
    const values = noise(length, 4, 3).map((value, i) => (i % 3 === 0 ? Math.round(value * 90) / 2 : i % 11 === 5 ? -value / 300 : value))
    const [a, b] = [new Float32Array(length), new Float32Array(length)]
    for (const scale of [1, 127 / 1.7, 0.3]) {
      kernels.fakeQuantize(values, scale, a)
      portableKernels.fakeQuantize(values, scale, b)
      expect(sameBits(a, b)).toBe(true)
    }
  })

  it.each(lengths)('sum the squared distances of %i elements in the same order', (length) => {
    const [a, b] = [noise(length, 5, 2), noise(length, 6, 2)]
    const distance = kernels.squaredDistance(a, b)
    expect(distance).toBe(portableKernels.squaredDistance(a, b))
    expect(distance).toBeGreaterThan(0)
  })

  const sizes = [1, 4, 2047, 2048, 2050, 8191, 8192, 8201, 70_001, 524_288, 524_291, 600_003]

  it.each(sizes)('find the same elements of %i outside of bounds, fillers never', (length) => {
    const values = noise(length, 3, 9).map((value, i) => (i % 5 === 2 ? 0 : value))
    const found = [kernels, portableKernels].map((on) => {
      const all: number[] = []
      on.outside(values, { low: -0.5, high: 0.25 }, (portion) => {
        all.push(...portion)
        return { low: -0.5, high: 0.25 }
      })
      return Float32Array.from(all)
    })
    const wanted = values.filter((value) => value < -0.5 || value > 0.25)
    for (const each of found) expect(sameBits(each, wanted)).toBe(true)
  })

  it('look for what is further out as soon as they are told to', () => {
    const values = Float32Array.from({ length: 40_000 }, (_, i) => i % 100)
    for (const on of [kernels, portableKernels]) {
      let [portions, all] = [0, 0]
      on.outside(values, { low: 0, high: 10 }, (portion) => {
        portions++
        all += portion.length
        return { low: 0, high: 98 }
      })
      expect(portions).toBe(2)
      expect(all).toBeLessThan(6000)
    }
  })

  it.each(sizes)('sum the magnitudes of %i elements to the same bits, whatever the order of limits', (length) => {
    const values = noise(length, 3, 9).map((value, i) => (i % 5 === 2 ? 0 : value))
    const [a, b] = [kernels.magnitudes(values), portableKernels.magnitudes(values)]
    expect([a.sum, a.nonZeros]).toEqual([b.sum, b.nonZeros])
    for (const limit of [0, 0.1, 0.1, 0.7, 5, 0.3, 1000, 0.2]) {
      const above = a.above(limit)
      expect(above).toEqual(b.above(limit))
      expect(above.count).toBe(values.filter((value) => Math.abs(value) > Math.fround(limit)).length)
    }
  })

  it('copy a held array once, and never mistake another one for it', () => {
    const [values, other] = [noise(5000, 1, 4), noise(5000, 2, 3)]
    for (const on of [kernels, portableKernels]) {
      const fresh = [values, other].map((each) => [on.extent(each), on.magnitudes(each).sum])
      const seen: unknown[] = []
      on.holding(values, () => {
        seen.push([on.extent(values), on.magnitudes(values).sum])
        on.holding(other, () => void seen.push([on.extent(other), on.magnitudes(other).sum]))
        expect([on.extent(values), on.magnitudes(values).sum]).toEqual(fresh[0])
      })
      expect(seen).toEqual(fresh)
      // What is held no more may have changed.
      const buffer = values.slice()
      on.holding(buffer, () => void on.extent(buffer))
      buffer.fill(7)
      on.holding(buffer, () => expect(on.extent(buffer)).toEqual({ min: 7, max: 7 }))
      expect(on.magnitudes(buffer).sum).toBe(35_000)
    }
  })

  // The last of them does not fit into the room any more.
  it.each([[5], [2050], [524_291], [600_003, 20_000_000]])(
    'fake-quantize and compare arrays of %i elements in room of their own to the same bits',
    (...all) => {
      for (const on of [kernels, portableKernels]) {
        const room = on.room(all.flatMap((length) => [length, length]))
        expect(room.every((array, i) => array.length === all[i >> 1] && array.every((value) => value === 0))).toBe(true)
        const length = all.at(-1)! > 600_003 ? 4099 : all[0]!
        const [values, other] = [noise(length, 3, 4), noise(length, 6, 4)]
        const [source, into] = room.slice(-2).map((array) => array.subarray(0, length))
        source!.set(values)
        const wanted = new Float32Array(length)
        portableKernels.fakeQuantize(values, 40, wanted)
        on.fakeQuantize(source!, 40, into!)
        expect(sameBits(into!.slice(), wanted)).toBe(true)
        expect(on.squaredDistance(source!, other)).toBe(portableKernels.squaredDistance(values, other))
        expect(on.squaredDistance(other, source!)).toBe(portableKernels.squaredDistance(other, values))
      }
    },
  )

  it('find the zero that came first in a lane, wherever the other one stands', () => {
    for (let at = 0; at < 64; at++) {
      for (const first of [0, -0]) {
        const values = Float32Array.from({ length: 2048 }, (_, i) =>
          i < 64 ? 1 + i : i === 64 + at ? first : i > 160 && i % 3 === 0 ? -first : 5,
        )
        const [a, b] = [kernels.extent(values).min, portableKernels.extent(values).min]
        expect(Object.is(a, b)).toBe(true)
        const [c, d] = [kernels.extent(values.map((each) => -each)).max, portableKernels.extent(values.map((each) => -each)).max]
        expect(Object.is(c, d)).toBe(true)
      }
    }
  })

  it('sum every fourth element by itself', () => {
    // One after the other they would come to 2^54 + 8.
    expect(kernels.squaredDistance(Float32Array.of(2 ** 27, 1.5, 1, 1.5), new Float32Array(4))).toBe(2 ** 54 + 4)
  })
})
