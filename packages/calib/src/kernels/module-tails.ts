import type { Bounds, MagnitudeSums } from './kernels.ts'
import { pairedElements } from './portable-tails.ts'
import type { Workspace } from './workspace.ts'
import { chunkElements, firstChunk, lanes, openEnd, packings, secondChunk } from './workspace.ts'

/** What the module has for the ends of a distribution. */
export interface TailPrograms {
  readonly outside: (from: number, to: number, low: number, high: number, out: number, end: number, stopped: number) => number
  readonly countNonZeros: (from: number, to: number) => number
  readonly above: (from: number, to: number, limit: number, out: number, packings: number) => number
  readonly sumInPairs: (from: number, count: number) => number
}

/** Bytes of one portion of elements that are shown. */
const portionBytes = 16384

/** `outside` of the kernels. */
export function outside(
  memory: Workspace,
  run: TailPrograms,
  values: Float32Array,
  bounds: Bounds,
  take: (found: Float32Array) => Bounds,
): void {
  let { low, high } = bounds
  for (let at = 0; at < values.length; at += chunkElements) {
    const end = memory.place(values, at, firstChunk, NaN)
    for (let from = firstChunk; from < end; from = memory.ints[0]!) {
      const found = run.outside(from, end, low, high, secondChunk, secondChunk + portionBytes, 0)
      if (found > secondChunk) ({ low, high } = take(memory.floats.subarray(secondChunk / 4, found / 4)))
    }
  }
}

/** `magnitudes` of the kernels. */
export function magnitudes(memory: Workspace, run: TailPrograms, values: Float32Array): MagnitudeSums {
  let sum = 0
  let nonZeros = 0
  for (let at = 0; at < values.length; at += chunkElements) {
    const end = memory.place(values, at, firstChunk, 0)
    nonZeros += run.countNonZeros(firstChunk, end)
    sum = sumFrom(sum, firstChunk, Math.min(chunkElements, values.length - at))
  }
  // Where the elements above the last limit end; they start at the open end.
  let survivors: number | undefined
  let lastLimit = 0
  return {
    sum,
    nonZeros,
    above(limit) {
      let end = openEnd
      memory.reserve(openEnd + Math.ceil(values.length / lanes) * lanes * 4)
      if (survivors === undefined || limit < lastLimit) {
        for (let at = 0; at < values.length; at += chunkElements) {
          end = run.above(firstChunk, memory.place(values, at, firstChunk, 0), limit, end, packings)
        }
      } else end = run.above(openEnd, survivors, limit, openEnd, packings)
      const count = (end - openEnd) / 4
      survivors = openEnd + Math.ceil(count / lanes) * lanes * 4
      memory.floats.fill(0, end / 4, survivors / 4)
      lastLimit = limit
      return { sum: sumFrom(0, openEnd, count), count }
    },
  }

  function sumFrom(before: number, from: number, count: number): number {
    let total = before
    for (let at = 0; at < count; at += pairedElements) {
      total = Math.fround(total + run.sumInPairs(from + at * 4, Math.min(pairedElements, count - at)))
    }
    return total
  }
}
