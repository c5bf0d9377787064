import type { Extent } from './kernels.ts'

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

function nearestEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest < 0.5) return floor
  if (rest > 0.5) return floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}

/** Sum of `f32(a - b)` squared. */
export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.fround(a[i]! - b[i]!)
    sum += difference * difference
  }
  return sum
}
