import type { Tensor } from '../tensor/tensor.ts'

/** The sample inputs of a network, ready to be fed, one batch at a time. */
export interface SampleSource {
  /** Number of batches. */
  readonly count: number
  /** Network inputs by name; the same index always gives the same tensors. */
  load(index: number): Promise<ReadonlyMap<string, Tensor>>
  /** What sample `index` is called in messages (a path). */
  describe?(index: number): string
}
