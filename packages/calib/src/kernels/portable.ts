import type { Extent } from './kernels.ts'

/** Arrays shorter than this are read element by element in all implementations. */
export const smallElements = 2048

/** Distances are summed in blocks of this many elements. */
export const blockElements = 1 << 19

/** Elements side by side in a vector. */
const lanes = 4

/** Smallest and largest element; both NaN when an element is NaN, `+Infinity .. -Infinity` when there is none. */
export function extent(values: Float32Array): Extent {
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    // Negated comparisons send NaN into the rare branch, so it costs nothing elsewhere.
    if (!(value >= min)) {
      if (value !== value) return { min: NaN, max: NaN }
      min = value
    }
    if (!(value <= max)) max = value
  }
  return { min, max }
}

/**
 * The same, found as vectors of four find it, the last one filled up with the last element: the sign of a zero may be another.
 */
export function extentOfLanes(values: Float32Array): Extent {
  const last = values.length - 1
  const found = Array.from({ length: lanes }, (_, lane) => {
    let min = Infinity
    let max = -Infinity
    for (let at = 0; at <= last; at += lanes) {
      const value = values[Math.min(at + lane, last)]!
      if (value !== value) return { min: NaN, max: NaN }
      if (value < min) min = value
      if (value > max) max = value
    }
    return { min, max }
  })
  return { min: Math.min(...found.map(({ min }) => min)), max: Math.max(...found.map(({ max }) => max)) }
}

/** Adds to `counts` the bins `floor(f32(f32(|x| / width) + 0.5))` of the non-zero elements that have one. */
export function countBins(values: Float32Array, width: number, counts: Int32Array): void {
  const step = Math.fround(width)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === 0) continue
    const bin = Math.fround(Math.fround(Math.abs(value) / step) + 0.5)
    if (bin < counts.length) counts[bin | 0]!++
  }
}

/** Writes `clamp(nearestEven(f32(x * scale)), -128, 127) / scale` of each element to `into`, in float32 arithmetic. */
export function fakeQuantize(values: Float32Array, scale: number, into: Float32Array): void {
  const step = Math.fround(scale)
  for (let i = 0; i < values.length; i++) {
    const level = nearestEven(Math.fround(values[i]! * step))
    into[i] = Math.min(127, Math.max(-128, level)) / step
  }
}

/** To the nearest whole number, a tie to the even one; what becomes zero keeps its sign. */
function nearestEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5 || (rest === 0.5 && floor % 2 === 0)) return floor
  return floor === -1 ? -0 : floor + 1
}

/** Sum of `f32(a - b)` squared: in blocks, of every fourth element by itself, as vectors of four sum it. */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let from = 0; from < a.length; from += blockElements)
    sum += squaredDistanceOfBlock(a, b, from, Math.min(from + blockElements, a.length))
  return sum
}

function squaredDistanceOfBlock(a: Float32Array, b: Float32Array, from: number, to: number): number {
  const sums = new Float64Array(lanes)
  for (let i = from; i < to; i++) {
    const difference = Math.fround(a[i]! - b[i]!)
    sums[(i - from) % lanes]! += difference * difference
  }
  return sums[0]! + sums[2]! + (sums[1]! + sums[3]!)
}
