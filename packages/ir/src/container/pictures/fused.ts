import type { Backend } from '../../contracts/backend.ts'
import type { Node, Preprocess, TensorType, Value } from '../../graph/types.ts'
import type { ImpliedAttrs } from '../text-codec.ts'

/** What is a family's own where its chip makes a network's numbers of pictures. */
export interface PictureFamily {
  readonly backend: Backend
  /** What its text means without saying it. @default nothing */
  readonly implied?: ImpliedAttrs
}

/** An input on its way from bytes to numbers. */
export interface Fused {
  readonly input: string
  readonly preprocess: Preprocess
  /** Whether the picture has its channels in the reverse of the network's order. */
  readonly isReversed: boolean
}

/** A value, and the nodes and values that make it. */
export interface Made {
  readonly value: Value
  readonly nodes: readonly Node[]
  readonly values: readonly Value[]
}

/** The type of bytes that stand for themselves. */
export const byteType = (shape: readonly number[]): TensorType => ({
  dtype: 'u8',
  shape,
  quant: { scale: 1, zeroPoint: 0, expressed: 'f32' },
})
