import type { TensorData } from '../tensor/tensor.ts'

/** Sizes of a block that {@link swapChannels} turns. */
export interface ChannelBlock {
  readonly group: number
  /** Channels of the outer axis in one group. */
  readonly outer: number
  /** Channels of the inner axis. */
  readonly inner: number
}

/**
 * `[group, outer, inner, taps]` as `[group, inner, outer, taps]`, in an array of the same kind: weights of a transposed convolution, ONNX's
 * `[C, M / group, ...kernel]`, with the real output channel outermost, `[M, C / group, ...kernel]`, or back again.
 */
export function swapChannels<T extends TensorData>(data: T, { group, outer, inner }: ChannelBlock): T {
  const swapped = data.slice() as T
  const taps = data.length / (group * outer * inner)
  for (let g = 0; g < group; g++) {
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const from = ((g * outer + i) * inner + j) * taps
        const to = ((g * inner + j) * outer + i) * taps
        for (let t = 0; t < taps; t++) swapped[to + t] = data[from + t]!
      }
    }
  }
  return swapped
}
