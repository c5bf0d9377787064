import { cosineSimilarity } from './cosine-similarity.ts'
import { type Metric, weightedMean } from './metric.ts'

/** What is missing to a similarity of 1: `1 − (1 + cos) / 2`. */
export const cosine: Metric = {
  name: 'cosine',
  measure: ({ wanted, found }) => ({ loss: 1 - cosineSimilarity(wanted, found) }),
  combine: weightedMean,
}
