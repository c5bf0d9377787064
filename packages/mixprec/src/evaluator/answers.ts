import type { MetricName, QError, Question, TrialLosses } from '@q/ir'
import { averageLoss, infiniteLoss } from '../comparison/sample-loss.ts'
import type { KnownLosses } from '../journal/known-losses.ts'
import type { TrialMeasurements } from './measurements.ts'

/** The losses of a trial, every one of which is known. @param samples in order */
export function answerOf(
  { outputs, layers }: TrialMeasurements,
  { metrics }: Question,
  samples: readonly number[],
  losses: KnownLosses,
): TrialLosses {
  const lossOf = (key: string, metric: MetricName) => averageLoss(samples.map((sample) => losses.get(key, sample, metric)!))
  return {
    losses: outputs === undefined ? {} : Object.fromEntries(metrics.map((metric) => [metric, lossOf(outputs.key, metric)])),
    layers: new Map(
      [...layers].map(([layer, { key }]) => [layer, Object.fromEntries(metrics.map((metric) => [metric, lossOf(key, metric).mean]))]),
    ),
  }
}

/** The losses of a trial that could not be resolved. */
export function failedAnswer(failure: QError, question: Question, samples: readonly number[], outputs: readonly string[]): TrialLosses {
  const { metrics, outputs: hasOutputs = true } = question
  const lost = infiniteLoss(samples.length, outputs)
  return { losses: hasOutputs ? Object.fromEntries(metrics.map((metric) => [metric, lost])) : {}, layers: new Map(), failure }
}
