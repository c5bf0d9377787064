import { energiesOf } from './energies.ts'
import { type Metric, sumOfWeights } from './metric.ts'

/**
 * The energy of the differences relative to that of the wanted numbers, `‖b − a‖² / (‖a‖² + 1e-7)`, as `snr` of TPU-MLIR's tools: of several
 * outputs the last one alone counts, by its weight in the sum of all weights.
 */
export const noise: Metric = {
  name: 'noise',
  measure({ wanted, found }) {
    const { signal, noise: energy } = energiesOf(wanted, found)
    const loss = energy / (signal + 1e-7)
    return { loss: Number.isNaN(loss) ? Infinity : loss }
  },
  combine: (losses, pairs) => (pairs.at(-1)!.weight === 0 ? 0 : (losses.at(-1)!.loss * pairs.at(-1)!.weight) / sumOfWeights(pairs)),
}
