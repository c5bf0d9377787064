import type { Kernels } from '../kernels/kernels.ts'

const bits = 8
const maxSteps = 20
/** Steps end when they are shorter than this, and the last one is not taken. */
const shortestStep = 1e-6
/** A smallest element this near to zero counts as none below zero: the codes then cover one side only. */
const nearZero = 1e-6

/**
 * The magnitude to clip a sample at so that rounding to int8 and clipping together cost the least squared error, found by Newton steps from
 * the mean magnitude (OCTAV; Sakr et al., "Optimal Clipping and Magnitude-aware Differentiation for Improved Quantization-aware Training",
 * ICML 2022, (6)), in the form of TPU-MLIR 1.30.2: zeros count as elements that are rounded. Sums are float32, all else float64.
 *
 * @param smallest the smallest element
 * @returns 1 for a sample that is all zeros
 */
export function clippingMagnitude(kernels: Kernels, values: Float32Array, smallest: number): number {
  const magnitudes = kernels.magnitudes(values)
  if (magnitudes.nonZeros === 0) return 1
  const roundingShare = 1 / 4 ** bits / 3 / (Math.abs(smallest) < nearZero ? 4 : 1)
  let clip = magnitudes.sum / magnitudes.nonZeros
  for (let step = 0; step < maxSteps; step++) {
    const { sum, count } = magnitudes.above(clip)
    const next = sum / (roundingShare * (values.length - count) + count)
    if (Math.abs(next - clip) < shortestStep) break
    clip = next
  }
  return clip
}
