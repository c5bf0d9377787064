import { l1Norm } from '../tuning/distance.ts'
import type { Bounds, MagnitudeSums } from './kernels.ts'

/** NumPy sums a contiguous array in buffers of this many elements. */
export const pairedElements = 8192

const portionElements = 4096

/** `outside` of the kernels. */
export function outside(values: Float32Array, bounds: Bounds, take: (found: Float32Array) => Bounds): void {
  let { low, high } = bounds
  const found = new Float32Array(Math.min(portionElements, values.length))
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value < low || value > high) found[count++] = value
    if (count === portionElements) {
      ;({ low, high } = take(found))
      count = 0
    }
  }
  if (count > 0) take(found.subarray(0, count))
}

/** `magnitudes` of the kernels. */
export function magnitudes(values: Float32Array): MagnitudeSums {
  let nonZeros = 0
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) nonZeros++
  const survivors = new Float32Array(values.length)
  let kept = values
  let lastLimit = 0
  return {
    sum: l1Norm(values),
    nonZeros,
    above(limit) {
      const from = limit < lastLimit ? values : kept
      const border = Math.fround(limit)
      let count = 0
      for (let i = 0; i < from.length; i++) {
        const magnitude = Math.abs(from[i]!)
        if (magnitude > border) survivors[count++] = magnitude
      }
      kept = survivors.subarray(0, count)
      lastLimit = limit
      return { sum: l1Norm(kept), count }
    },
  }
}
