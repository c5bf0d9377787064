import type { Observer, ObserverFactory } from '@q/ir'
import { pairwiseSum } from '../tuning/distance.ts'

const f = Math.fround

/** Keeps the quotient finite where a tensor hardly deviates, as TPU-MLIR 1.30.2 does. */
const leastDeviation = f(1e-8)

/**
 * Kurtosis of a tensor: the mean of the fourth power of how many standard deviations its elements are from their mean. A normal
 * distribution has 3, outliers make more; infinite where all elements are the same. Float32 in the order of NumPy 1.24
 * (spec/tpu-mlir-calibration.md, 17.5).
 */
export function kurtosisOf(values: Float32Array): number {
  const { length } = values
  const mean = f(pairwiseSum(values, (value) => value) / length)
  const from = values.map((value) => value - mean)
  const deviation = f(Math.sqrt(f(pairwiseSum(from, (each) => f(each * each)) / length)))
  if (deviation === 0) return Infinity
  const divisor = f(deviation + leastDeviation)
  return f(pairwiseSum(from, (each) => f(f(each / divisor) ** 4)) / length)
}

/** Watches no range but the mean of {@link kurtosisOf} over the samples, and tells it as a threshold. */
export function kurtosis(): ObserverFactory {
  return {
    name: 'kurtosis',
    create(_, from): Observer {
      let [sum = 0, samples = 0] = from?.numbers ?? []
      return {
        observe(values) {
          sum += kurtosisOf(values)
          samples++
        },
        range: () => ({ threshold: sum / samples, min: 0, max: 0 }),
        state: () => ({ numbers: [sum, samples] }),
        diagnostics: [],
      }
    },
  }
}
