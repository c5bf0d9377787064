import type { MetricName } from '@q/ir'

/** The same output of the float model and of a trial, for one sample, as real numbers. */
export interface OutputPair {
  readonly name: string
  readonly shape: readonly number[]
  readonly wanted: ArrayLike<number>
  readonly found: ArrayLike<number>
  /** Its share of the loss where outputs count differently. */
  readonly weight: number
  /** The axis whose places are the groups of `worst-group`. @default see `channelAxisOf` */
  readonly channelAxis?: number
  /** Whether nothing can be told of how near a result is to the wanted one: see `createVoidBook`. @default false */
  readonly isVoid?: boolean
}

/** The loss of one output for one sample. */
export interface OutputLoss {
  readonly loss: number
  /** Of each place of the channel axis. */
  readonly groups?: readonly number[]
}

/** Tells how far outputs are from what they should be: smaller is better. A result that is not a number counts as infinitely far. */
export interface Metric {
  readonly name: MetricName
  measure(pair: OutputPair): OutputLoss
  /** The loss of a sample, of those of its outputs. */
  combine(losses: readonly OutputLoss[], pairs: readonly OutputPair[]): number
}

/** The mean of the outputs' losses by their weights; one of no weight does not count, however lost it is. */
export function weightedMean(losses: readonly OutputLoss[], pairs: readonly OutputPair[]): number {
  const sum = losses.reduce((all, { loss }, i) => all + (pairs[i]!.weight === 0 ? 0 : loss * pairs[i]!.weight), 0)
  return sum / sumOfWeights(pairs)
}

/** What the weights of the outputs add up to. */
export function sumOfWeights(pairs: readonly OutputPair[]): number {
  return pairs.reduce((sum, { weight }) => sum + weight, 0)
}
