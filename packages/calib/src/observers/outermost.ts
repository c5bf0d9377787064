import type { Bounds, Kernels } from '../kernels/kernels.ts'

/** The largest and smallest elements of all samples. */
export interface Outermost {
  add(sample: Float32Array): void
  /** Ascending: the last is the largest. */
  largest(): Float32Array
  /** Descending: the last is the smallest. */
  smallest(): Float32Array
  /** Everything it knows, to go on from. */
  state(): readonly number[]
}

/**
 * Keeps the `kept` largest and smallest elements of all samples, as TPU-MLIR 1.30.2 finds them: of each sample its `kept` smallest and its
 * `kept` largest are put together, so an element of a sample with fewer than `2 * kept` counts twice when it is among both.
 *
 * Memory is for `4 * kept` elements: once `kept` are there, only those further out are looked at.
 */
export function outermost(kernels: Kernels, kept: number, state: readonly number[] = []): Outermost {
  const [count = 0, ...elements] = state
  const high = largest(kept, elements.slice(0, count))
  // The smallest are the largest of the negated.
  const low = largest(kept, elements.slice(count))
  const bounds = (): Bounds => ({ low: -low.bound(), high: high.bound() })

  /** Elements of a sample that may count twice, so all that may be kept must be known together. */
  const addAll = (sample: Float32Array): void => {
    const found: number[] = []
    const within = bounds()
    kernels.outside(sample, within, (portion) => {
      found.push(...portion)
      return within
    })
    const ascending = Float32Array.from(found).sort()
    addRanked(high, ascending.filter((value) => value > within.high).reverse(), sample.length)
    addRanked(
      low,
      ascending.filter((value) => value < within.low).map((value) => -value),
      sample.length,
    )
  }

  /** @param outwards the outermost elements of a sample of `size`, the outermost first */
  const addRanked = (side: Largest, outwards: Float32Array, size: number): void => {
    side.add(outwards.subarray(0, kept))
    side.add(outwards.subarray(Math.max(0, size - kept)))
  }

  return {
    add(sample) {
      if (sample.length < 2 * kept) return addAll(sample)
      kernels.outside(sample, bounds(), (found) => {
        high.add(found)
        low.add(found.map((value) => -value))
        return bounds()
      })
    },
    largest: () => high.read(),
    smallest: () => low.read().map((value) => -value),
    state: () => [high.read().length, ...high.read(), ...low.read()],
  }
}

interface Largest {
  add(values: Float32Array): void
  /** What is not above it is not among the largest; `-Infinity` until there are enough. */
  bound(): number
  /** Ascending. */
  read(): Float32Array
}

/** Room for elements that have not been sorted in yet. */
const leastRoom = 256

function largest(kept: number, first: readonly number[]): Largest {
  const held = new Float32Array(2 * kept + leastRoom)
  held.set(first)
  let count = first.length
  let bound = -Infinity

  /** Throws out all but the largest, in ascending order. */
  const settle = (): void => {
    held.subarray(0, count).sort()
    if (count < kept) return
    held.copyWithin(0, count - kept, count)
    count = kept
    bound = held[0]!
  }

  settle()
  return {
    add(values) {
      for (const value of values) {
        if (!(value > bound)) continue
        held[count++] = value
        if (count === held.length) settle()
      }
    },
    bound: () => bound,
    read() {
      settle()
      return held.slice(0, count)
    },
  }
}
