import { fingerprintOf } from '../graph/fingerprint.ts'
import type { Graph } from '../graph/types.ts'
import { jsonDigest } from '../hash/digest.ts'

/**
 * What a table is known by: the fingerprint of its graph, and behind a dash that of what is done to pictures before they are inputs, where that is known. Ranges
 * of pictures that are scaled otherwise are other ranges.
 */
export function tableFingerprintOf(graph: Graph): string {
  const preprocessed = graph.inputs.filter(({ preprocess }) => preprocess !== undefined)
  if (preprocessed.length === 0) return fingerprintOf(graph)
  const parts = preprocessed.map(({ name, preprocess }) => [name, Object.entries(preprocess!).sort(([a], [b]) => (a < b ? -1 : 1))])
  return `${fingerprintOf(graph)}-${jsonDigest(parts).slice(0, 8)}`
}
