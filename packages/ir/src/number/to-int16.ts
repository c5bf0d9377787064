import { roundHalfAway } from './rounding.ts'

/** What {@link toInt16} made. */
export interface Int16Values {
  readonly values: Int16Array
  /** The share of elements (0 to 1) that did not fit and were clamped. */
  readonly saturated: number
}

/** Multiplies in float32 by `scale` (float32 too), rounds halves away from zero, and clamps to 16 bits (TPU-MLIR 1.30.2 behaviour). */
export function toInt16(source: Float32Array, scale: number): Int16Values {
  const factor = Math.fround(scale)
  const values = new Int16Array(source.length)
  let clamped = 0
  for (let i = 0; i < source.length; i++) {
    const rounded = roundHalfAway(Math.fround(source[i]! * factor))
    values[i] = rounded > 32767 ? 32767 : rounded < -32768 ? -32768 : rounded
    if (rounded > 32767 || rounded < -32768) clamped++
  }
  return { values, saturated: source.length === 0 ? 0 : clamped / source.length }
}
