import type { ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { clippingMagnitude } from './clipping-magnitude.ts'
import { meanOfClips } from './mean-of-clips.ts'

/** Options of {@link mse}. */
export interface MseOptions {
  /** The inner loops; one set can serve all observers of a thread. @default a set of its own */
  readonly kernels?: Kernels
}

/**
 * The method `mse`: the mean over the samples of the magnitude whose clipping costs each of them the least squared error, see
 * {@link clippingMagnitude}.
 *
 * The sums of magnitudes depend on the order of the elements.
 *
 * `calibrate` gives the largest magnitude instead to the inputs and to the last layers, as TPU-MLIR 1.30.2 does; an observer by itself
 * does not know where it stands.
 */
export function mse({ kernels = createKernels() }: MseOptions = {}): ObserverFactory {
  return meanOfClips('mse', kernels, (values, { min }) => clippingMagnitude(kernels, values, min))
}
