import { type MetricName, QError, type TrialLosses } from '@q/ir'

/** What our own searches measure by and how good is good enough. */
export interface QualityOptions {
  /** What is made small. @default 'cosine' where `expectedCos` is given, else 'worst-group' */
  readonly metric?: MetricName
  /** The similarity to exceed, as TPU-MLIR counts it: (1 + cos) / 2. @default no target of this kind */
  readonly expectedCos?: number
  /** The loss by `metric` not to exceed. @default no target of this kind */
  readonly mostLoss?: number
}

/** A metric and what is wanted by it. */
export interface QualityTarget {
  readonly metric: MetricName
  /** Losses below are good enough; minus infinity where nothing is wanted. */
  readonly wanted: number
  lossOf(answer: TrialLosses | undefined): number
  /** A loss as a number that is not negative and of which twice as much is twice as bad, so that it can be weighed: decibels as the ratio they stand for. */
  amountOf(loss: number): number
  /** The other way round. */
  lossOfAmount(amount: number): number
  /** Undefined where nothing is wanted. */
  isReached(loss: number): boolean | undefined
}

const plain = { amountOf: (loss: number) => loss, lossOfAmount: (amount: number) => amount }
const decibels = { amountOf: (loss: number) => 10 ** (loss / 10), lossOfAmount: (amount: number) => 10 * Math.log10(amount) }

/**
 * The target that options tell.
 *
 * @throws QError `STRATEGY_OPTION` when they contradict each other
 */
export function qualityTarget(search: string, { metric, expectedCos, mostLoss }: QualityOptions): QualityTarget {
  if (expectedCos !== undefined && (mostLoss !== undefined || (metric ?? 'cosine') !== 'cosine')) {
    throw new QError('STRATEGY_OPTION', `the option expectedCos of ${search} is a target by cosine`, {
      kind: 'usage',
      at: [search, 'expectedCos'],
      found: mostLoss === undefined ? `metric ${metric}` : `mostLoss ${mostLoss}`,
      wanted: 'expectedCos alone, or another metric with mostLoss',
      hint: 'leave one of them out',
    })
  }
  const used = metric ?? (expectedCos === undefined ? 'worst-group' : 'cosine')
  const wanted = expectedCos !== undefined ? 1 - expectedCos : mostLoss
  return {
    metric: used,
    wanted: wanted ?? Number.NEGATIVE_INFINITY,
    ...(used === 'sqnr' ? decibels : plain),
    lossOf: (answer) => lossIn(answer, used),
    isReached: (loss) => (wanted === undefined ? undefined : expectedCos === undefined ? loss <= wanted : 1 - loss > expectedCos),
  }
}

/** The mean loss that an answer tells; infinite where it tells none, or none that is a number. */
export const lossIn = (answer: TrialLosses | undefined, metric: MetricName): number => known(answer?.losses[metric]?.mean)

/** The same of one sample. @param place among the samples of the question */
export const lossOfSample = (answer: TrialLosses | undefined, metric: MetricName, place: number): number =>
  known(answer?.losses[metric]?.samples[place])

const known = (loss = Number.POSITIVE_INFINITY): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss)
