import type { Diagnostic, ObservedRange } from '@q/ir'
import { QError } from '@q/ir'
import type { Extent } from '../kernels/kernels.ts'

/** Magnitudes up to this count as "all zeros", and no threshold in a table is smaller. */
const smallestThreshold = 1e-5

/** A method's result and what there is to say about it. */
export interface FinishedRange {
  readonly range: ObservedRange
  readonly diagnostics: readonly Diagnostic[]
}

/** The smallest and largest value of all samples so far. */
export interface RunningRange {
  /**
   * Takes one sample's extent in and returns the largest magnitude of all samples so far.
   *
   * @throws QError `ACTIVATION_NOT_FINITE` when the extent is not finite
   */
  extend(extent: Extent): number
  /**
   * Completes a method's result as TPU-MLIR 1.30.2 does: a value that never exceeded 1e-5 gets the range `-1e-5 | 0 .. 1e-5`, the
   * threshold is at most the largest magnitude, and one of 1e-5 or less, or NaN, becomes 1e-5.
   */
  finish(threshold: (magnitude: number) => number): FinishedRange
  /** Smallest and largest value so far. */
  state(): readonly [min: number, max: number]
}

/** @param name the value, for errors and diagnostics */
export function runningRange(name: string, state: readonly number[] = []): RunningRange {
  let [min = Infinity, max = -Infinity] = state
  const magnitudeOf = (): number => Math.max(Math.abs(min), Math.abs(max))
  return {
    state: () => [min, max],
    extend(extent) {
      if (!Number.isFinite(extent.min) || !Number.isFinite(extent.max)) throw notFinite(name, extent)
      min = Math.min(min, extent.min)
      max = Math.max(max, extent.max)
      return magnitudeOf()
    },
    finish(threshold) {
      const diagnostics: Diagnostic[] = []
      const warn = (code: string, message: string) => diagnostics.push({ level: 'warning', code, message, at: [name] })
      const zeros = magnitudeOf() <= smallestThreshold
      const range = zeros ? { min: min < 0 ? -smallestThreshold : 0, max: smallestThreshold } : { min, max }
      const magnitude = zeros ? smallestThreshold : magnitudeOf()
      if (zeros) {
        const reach = magnitudeOf() > 0 ? `reaches ${magnitudeOf()}, which counts as` : 'is'
        warn('CALIBRATION_ALL_ZEROS', `layer ${name} ${reach} all zeros: check the samples`)
      }
      const chosen = Math.min(threshold(magnitude), magnitude)
      const usable = chosen > smallestThreshold
      // Of zeros no threshold is expected.
      if (!usable && !zeros)
        warn('CALIBRATION_ZERO_THRESHOLD', `layer ${name} would have the threshold ${chosen}: it has the least, 0.00001; check the samples`)
      return { range: { threshold: usable ? chosen : smallestThreshold, ...range }, diagnostics }
    },
  }
}

/** The error for a value with NaN or infinite elements. */
export function notFinite(name: string, { min, max }: Extent): QError<'ACTIVATION_NOT_FINITE'> {
  return new QError('ACTIVATION_NOT_FINITE', `layer ${name} has elements that are not finite`, {
    at: [name],
    found: Number.isNaN(min) || Number.isNaN(max) ? 'NaN' : `values from ${min} to ${max}`,
    wanted: 'finite numbers',
    hint: 'run the float model on this sample; check its preprocessing and the weights of this layer',
  })
}
