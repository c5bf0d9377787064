import type { TensorType } from '../../graph/types.ts'
import { type InferredType, ints } from '../define.ts'
import { must, slide } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/** Window attributes of a pool. `pads` lists every begin, then every end (rounding up is expressed in the end pads). */
export const poolWindow = { kernel_shape: ints(), strides: ints(), pads: ints(), ...fusedRelu } as const

/** The values of a pool's window. */
export interface PoolWindow {
  readonly kernel_shape: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
}

/**
 * The type after pooling `x`, laid out `[N, C, ...spatial]`.
 *
 * - C1: one stride and two pads for every axis of the kernel.
 * - C2: `x` has two axes more than the kernel, or one less than that (a spatial axis of 1 left out).
 */
export function pooled(x: TensorType, { kernel_shape, strides, pads }: PoolWindow): InferredType {
  const n = kernel_shape.length
  must(
    n > 0 && strides.length === n && pads.length === 2 * n,
    'C1: one stride and two pads for every axis of the kernel',
    `${strides.length} strides and ${pads.length} pads for ${n}`,
  )
  must(
    x.shape.length === n + 2 || (x.shape.length === n + 1 && n > 1),
    'C2: x has the batch, the channels and the spatial axes',
    `${x.shape.length} axes, kernel of ${n}`,
  )
  const size = [...x.shape.slice(2), 1].slice(0, n)
  const spatial = size.map((d, i) => slide(d, kernel_shape[i]!, strides[i]!, pads[i]! + pads[i + n]!))
  return { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...spatial].slice(0, x.shape.length) }
}
