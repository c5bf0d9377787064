import type { TrialLosses } from '@q/ir'
import { lossOfSample, type QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'

/** A sample, and its part of the loss of all when all layers are in codes. */
export interface TellingSample {
  readonly sample: number
  /** How many times the mean loss it has. */
  readonly weight: number
}

/** All samples with their weights, as told for all layers in codes; where nothing was told, all weigh the same. */
export function weighSamples(
  answer: TrialLosses | undefined,
  { metric, amountOf }: QualityTarget,
  samples: number,
): readonly TellingSample[] {
  const losses = answer?.losses[metric]
  return Array.from({ length: samples }, (_, sample): TellingSample => {
    const weight = amountOf(losses?.samples[sample] ?? Number.NaN) / amountOf(losses?.mean ?? Number.NaN)
    return { sample, weight: Number.isFinite(weight) && weight > 0 ? weight : 1 }
  })
}

/**
 * The samples that lose most, the worst first: they make up most of the mean loss, while behind a saturated Softmax others tell nothing
 * about any layer.
 */
export function tellingSamples(samples: readonly TellingSample[], count: number): readonly TellingSample[] {
  return [...samples].sort((a, b) => b.weight - a.weight || a.sample - b.sample).slice(0, count)
}

/** The samples whose loss is nearest to the mean: what all samples lose can be estimated by them. */
export function typicalSamples(samples: readonly TellingSample[], count: number): readonly TellingSample[] {
  const distance = ({ weight }: TellingSample) => Math.abs(weight - 1)
  return [...samples].sort((a, b) => distance(a) - distance(b) || a.sample - b.sample).slice(0, count)
}

/** Samples of all sizes of loss, at even distances from the least to the largest: what differs between two trials is told by all kinds of samples. */
export function spreadSamples(samples: readonly TellingSample[], count: number): readonly TellingSample[] {
  const sorted = [...samples].sort((a, b) => a.weight - b.weight || a.sample - b.sample)
  const taken = Math.min(count, sorted.length)
  return Array.from({ length: taken }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / taken)]!)
}

/** The loss of all samples that these let expect of each trial. */
export function* lossesOn(
  course: SearchCourse,
  { metric, amountOf, lossOfAmount }: QualityTarget,
  trials: Parameters<SearchCourse['step']>[0]['trials'],
  samples: readonly TellingSample[],
  precision: 'fast' | 'exact' = 'fast',
): SearchPart<readonly number[]> {
  const weights = samples.reduce((sum, { weight }) => sum + weight, 0)
  if (samples.length === 0) return trials.map(() => lossOfAmount(Number.NaN))
  const answers = yield course.step({ trials, samples: samples.map(({ sample }) => sample), metrics: [metric], precision })
  return answers.map((answer) => {
    const amounts = samples.map((_, place) => amountOf(lossOfSample(answer, metric, place)))
    return lossOfAmount(amounts.reduce((sum, each) => sum + each, 0) / weights)
  })
}
