import type { MetricName } from '@q/ir'
import type { ComparedValue } from '../comparison/comparison.ts'
import type { SegmentedNetwork, WantedValue } from '../segments/segmented-network.ts'
import type { Precision } from '../workers/protocol.ts'

/** A network, and what runs it. */
export interface RunnableNetwork {
  readonly network: SegmentedNetwork
  readonly precision: Precision
  /** Whose node executions are counted. */
  readonly role: 'reference' | 'trial'
}

/** Two lists of values that are compared for each sample, and the key of their losses. */
export interface Measurement {
  readonly key: string
  readonly values: readonly ComparedValue[]
  readonly wanted: readonly WantedValue[]
  readonly found: readonly WantedValue[]
  readonly postProcess: boolean
}

/** What is measured of one trial. */
export interface Job {
  readonly reference: RunnableNetwork
  readonly trial: RunnableNetwork
  readonly measurements: readonly Measurement[]
}

/** What is left to measure of a job for one sample. */
export interface OpenJob {
  readonly job: Job
  readonly measurements: readonly { readonly measurement: Measurement; readonly metrics: readonly MetricName[] }[]
}

/** The identities of all values that open measurements compare. */
export function wantedIds({ measurements }: OpenJob): readonly string[] {
  return [...new Set(measurements.flatMap(({ measurement: { wanted, found } }) => [...wanted, ...found].map(({ id }) => id)))]
}

/** Everything that can be run of a network: its segments, and behind them what is only looked at. */
export function segmentsOf({ network: { segments, observed } }: RunnableNetwork): SegmentedNetwork['segments'] {
  return [...segments, ...observed.segments]
}
