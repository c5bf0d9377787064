/** The smallest and the largest of some numbers; both 0 when there are none. */
export interface Extent {
  readonly min: number
  readonly max: number
}

/** The extent of the elements `from` to `to`; NaN is passed over. */
export function extentOf(values: Float32Array, from = 0, to = values.length): Extent {
  let min = Infinity
  let max = -Infinity
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return min > max ? { min: 0, max: 0 } : { min, max }
}

/** The largest magnitude. */
export const largestOf = ({ min, max }: Extent): number => Math.max(-min, max)

/** Whether any value is negative. */
export const hasNegative = (values: Float32Array): boolean => values.some((value) => value < 0)
