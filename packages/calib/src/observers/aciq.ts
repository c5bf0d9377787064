import type { ObserverFactory } from '@q/ir'
import type { Kernels } from '../kernels/kernels.ts'
import { createKernels } from '../kernels/kernels.ts'
import { pairwiseSum } from '../tuning/distance.ts'
import { type Clip, meanOfClips } from './mean-of-clips.ts'

/** Options of {@link aciqGauss} and {@link aciqLaplace}. */
export interface AciqOptions {
  /** The inner loops; one set can serve all observers of a thread. @default a set of its own */
  readonly kernels?: Kernels
}

/** Standard deviations at which 8 bits of a normal distribution are best clipped. */
const gaussDeviations = 3.92403337
/** Mean deviations at which 8 bits of a Laplace distribution are best clipped. */
const laplaceDeviations = 9.89675982
/** What the range of a normal distribution is taken for: the standard deviation times `sqrt(2 ln n)`, over this. */
const rangeFactor = 0.5 * 0.35 * (1 + Math.sqrt(Math.PI * Math.log(4)))

/**
 * The method `aciq_gauss`: the mean over the samples of the magnitude that clips each of them best if its elements are normally distributed
 * (ACIQ; Banner et al., "Post training 4-bit quantization of convolutional networks for rapid-deployment", NeurIPS 2019), in the form of
 * TPU-MLIR 1.30.2: the deviation is estimated from the range and the number of elements. A value of one element has no deviation and keeps
 * its magnitude.
 *
 * Activations that were clipped before, as by Relu6, are no such distribution: their thresholds come out far too small unless they are tuned.
 */
export function aciqGauss({ kernels = createKernels() }: AciqOptions = {}): ObserverFactory {
  const clip: Clip = ({ length }, { min, max }) =>
    (gaussDeviations * Math.fround(max - min) * rangeFactor) / Math.sqrt(2 * Math.log(length))
  return { ...meanOfClips('aciq_gauss', kernels, ofSeveral(clip)), anyOrder: true }
}

/**
 * The method `aciq_laplace`: as {@link aciqGauss} for a Laplace distribution, whose deviation is the mean distance from the mean. Sums are
 * float32 in the order of NumPy 1.24.
 */
export function aciqLaplace({ kernels = createKernels() }: AciqOptions = {}): ObserverFactory {
  return meanOfClips('aciq_laplace', kernels, ofSeveral(laplaceClip))
}

const ofSeveral =
  (clip: Clip): Clip =>
  (values, extent) =>
    values.length === 1 ? Math.abs(extent.max) : clip(values, extent)

/** The magnitude at which {@link aciqLaplace} clips one sample. */
export function laplaceClip(values: Float32Array): number {
  const { length } = values
  const mean = Math.fround(pairwiseSum(values, (value) => value) / length)
  const deviation = Math.fround(pairwiseSum(values, (value) => Math.abs(Math.fround(value - mean))) / length)
  return laplaceDeviations * deviation
}
