import { energiesOf } from './energies.ts'
import { type Metric, weightedMean } from './metric.ts'

/** Decibels beyond which an output is as good as equal, or as bad as lost: more than float32 numbers can tell. */
const most = 200

/** The energy of the differences relative to that of the wanted numbers, in decibels, from −200 (equal) to 200. */
export const sqnr: Metric = {
  name: 'sqnr',
  measure({ wanted, found }) {
    const { signal, noise } = energiesOf(wanted, found)
    if (noise === 0) return { loss: -most }
    const decibels = -10 * Math.log10(signal / noise)
    return { loss: Number.isNaN(decibels) ? Infinity : Math.max(-most, Math.min(most, decibels)) }
  },
  combine: weightedMean,
}
