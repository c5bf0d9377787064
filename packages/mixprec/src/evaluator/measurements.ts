import type { ComparedValue, Comparison } from '../comparison/comparison.ts'
import type { SegmentedNetwork, WantedValue } from '../segments/segmented-network.ts'
import { digestOfText } from './digest.ts'
import type { Measurement } from './job.ts'

/** What is measured of a trial. */
export interface TrialMeasurements {
  /** Of its outputs, or of what is compared in their place. */
  readonly outputs: Measurement | undefined
  /** Of single layers. */
  readonly layers: ReadonlyMap<string, Measurement>
}

/** Which values of a trial are compared with which of the reference, and by what key their losses are known. */
export function measurementsOf(
  reference: SegmentedNetwork,
  trial: SegmentedNetwork,
  compared: readonly ComparedValue[],
  comparison: Comparison | undefined,
  hasOutputs: boolean,
): TrialMeasurements {
  const outputs = hasOutputs ? measurement(compared, reference.compared, trial.compared, comparison) : undefined
  const layers = [...trial.observed.layers].flatMap(([layer, found]) => {
    const wanted = reference.observed.layers.get(layer)
    return wanted === undefined ? [] : [[layer, measurement([{ name: layer }], [wanted], [found], undefined)] as const]
  })
  return { outputs, layers: new Map(layers) }
}

function measurement(
  values: readonly ComparedValue[],
  wanted: readonly WantedValue[],
  found: readonly WantedValue[],
  comparison: Comparison | undefined,
): Measurement {
  const postProcess = comparison?.postProcess !== undefined
  const text = [values, wanted.map(({ id }) => id), found.map(({ id }) => id), postProcess ? (comparison.postProcessDigest ?? '') : null]
  return { key: digestOfText(JSON.stringify(text)), values, wanted, found, postProcess }
}
