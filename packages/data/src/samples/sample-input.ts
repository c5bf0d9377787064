import type { DType, Preprocess } from '@q/ir'

/** A network input as samples must fit it. */
export interface SampleInput {
  readonly name: string
  readonly shape: readonly number[]
  /** Element type the network declares; samples are always given as float32. */
  readonly dtype: DType
  /** How an image becomes this input; absent for inputs that are no images. */
  readonly preprocess?: Preprocess
}
