import { describe, expect, it } from 'vitest'
import { noise } from '../fixtures/tiny-executor.ts'
import { createKernels, portableKernels } from '../kernels/kernels.ts'
import { outermost } from './outermost.ts'

/** What is to be found, by sorting: of each sample the smallest and the largest together, of all these the outermost. */
function sorted(samples: readonly Float32Array[], kept: number) {
  const all = samples.flatMap((sample) => {
    const ascending = sample.toSorted()
    return [...ascending.slice(0, kept), ...ascending.slice(-kept)]
  })
  const ascending = Float32Array.from(all).sort()
  return { largest: ascending.slice(-kept), smallest: ascending.slice(0, kept).reverse() }
}

describe.each([
  ['WebAssembly', createKernels()],
  ['plain', portableKernels],
])('the outermost elements (%s)', (_, kernels) => {
  it.each([
    [1, 5000],
    [7, 5000],
    [300, 5000],
    [2499, 5000],
    [40, 524_291],
    // Elements that are among both ends count twice.
    [2501, 5000],
    [4000, 5000],
    [5000, 5000],
    [9000, 5000],
    [2, 3],
    [1, 1],
    [3, 1],
  ])('%i of samples of %i are those of a sorted list', (kept, size) => {
    const samples = [3, 1, 4, 2].map((reach, i) => noise(size, i + 1, reach).map((value) => Math.round(value * 200) / 100))
    const found = outermost(kernels, kept)
    for (const sample of samples) found.add(sample)
    expect({ largest: found.largest(), smallest: found.smallest() }).toEqual(sorted(samples, kept))
  })

  it.each([
    [700, 2100],
    [700, 1000],
  ])('goes on from a state (%i of %i)', (kept, size) => {
    const samples = [3, 4, 2].map((reach, i) => noise(size, i + 1, reach))
    let found = outermost(kernels, kept)
    for (const sample of samples) {
      found = outermost(kernels, kept, [...found.state()])
      found.add(sample)
    }
    expect({ largest: found.largest(), smallest: found.smallest() }).toEqual(sorted(samples, kept))
  })

  it('needs no more than a bounded share of a long ascending sample', () => {
    const ascending = Float32Array.from({ length: 300_000 }, (_, i) => i)
    const found = outermost(kernels, 3)
    found.add(ascending)
    expect([...found.largest()]).toEqual([299_997, 299_998, 299_999])
    expect([...found.smallest()]).toEqual([2, 1, 0])
    expect(found.state()).toHaveLength(7)
  })
})
