import type { ObservedValue } from '@q/ir'

/** Which elements of a value a percentile lies between. */
export interface PercentileDepth {
  /** The percentile lies between the `kept`-th outermost element of all samples and the next one outwards. */
  readonly kept: number
  /** How far, from 0 to 1. */
  readonly ratio: number
}

const [firstPercent, lastPercent] = [99.99, 99.999999]

/**
 * How deep the percentile of TPU-MLIR 1.30.2 lies in all elements of a value: 99.99 % for the first layer, rising evenly to 99.999999 % for
 * the one that would come after the last. Float64, in the order of that tool's operations.
 *
 * The ratio is that of the position among all elements, though the element it starts from may be the one after that position.
 */
export function percentileDepth({ index, count, elements, samples }: ObservedValue): PercentileDepth {
  const share = (firstPercent + index * ((lastPercent - firstPercent) / count)) / 100
  const position = share * (samples * elements - 1)
  return { kept: Math.trunc(samples * elements * (1 - share)) + 1, ratio: position - Math.trunc(position) }
}

/**
 * The percentile itself, in float64.
 *
 * @param outermost the `kept` outermost elements, from the innermost outwards
 */
export function percentileAt({ kept, ratio }: PercentileDepth, outermost: ArrayLike<number>): number {
  const [inner = 0, next = inner] = [outermost[0], outermost[1]]
  return kept === 1 ? inner : inner + ratio * (next - inner)
}
