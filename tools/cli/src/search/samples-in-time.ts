import type { MetricName, SampleSource, Trial, TrialLosses } from '@q/ir'
import type { SearchOutcome } from '@q/mixprec'
import { type Deadline, timeLeft } from './deadline.ts'

/** Samples of which the last may be left out, as long as nothing hangs on their number. */
export interface LimitedSamples extends SampleSource {
  /** Leaves out all but the first, of all that there are. */
  limit(count: number): void
}

/** The same samples. */
export function limitedSamples(samples: SampleSource): LimitedSamples {
  let { count } = samples
  return {
    ...samples,
    get count() {
      return count
    },
    limit(most) {
      count = Math.min(samples.count, most)
    },
  }
}

/** Samples that are measured to learn how long one takes, some at a time: they are the fewest that a search is given. */
const [atATime, fewest] = [2, 4]
/** Of the time that is left, what measuring all layers in codes on all samples may take: a search measures some such sets, and each layer on a few samples. */
const share = 1 / 8

/**
 * How many samples a search has time for, by what measuring all layers in codes takes on the second two of them: the first two also tell what starting takes. All where the time is over before that is known: then there is no search.
 *
 * @param measure measures on some samples, which the search then does not have to do again; whether it came to the end
 */
export async function samplesInTime(
  all: number,
  deadline: Deadline,
  measure: (samples: { readonly first: number; readonly count: number }) => Promise<boolean>,
): Promise<number> {
  if (all <= fewest) return all
  let each = 0
  for (let first = 0; first < fewest; first += atATime) {
    const began = deadline.now()
    if (!(await measure({ first, count: atATime }))) return all
    each = (deadline.now() - began) / atATime
  }
  const fitting = each === 0 ? all : Math.floor((share * timeLeft(deadline)) / each)
  return Math.min(all, Math.max(fewest, fitting))
}

/** What a search on all samples behind one on fewer needs. */
export interface SearchOnAll {
  /** What results are compared by. */
  readonly goal: MetricName
  /** Whether losses reach what is wanted. */
  isGood(losses: TrialLosses | undefined): boolean
  /** The losses of a trial on the samples that there are then; nothing where the time is over. */
  measure(trial: Trial): Promise<TrialLosses | undefined>
  run(): Promise<SearchOutcome>
}

/**
 * Goes on with a search that was done with fewer samples before its time was over: what it found is measured on all, and it is run again on all. That counts when it comes to its end, or finds what is good where the other is not, or loses less where neither is;
 * what was found on fewer counts where there is no time to measure it.
 *
 * @param samples are all of them afterwards where the result is of all
 */
export async function searchOnAll(
  found: SearchOutcome,
  samples: LimitedSamples,
  all: number,
  { goal, isGood, measure, run }: SearchOnAll,
): Promise<SearchOutcome> {
  const few = samples.count
  if (found.ended !== 'finished' || few === all) return found
  samples.limit(all)
  const losses = await measure(found.result.trial)
  if (losses === undefined) {
    samples.limit(few)
    return found
  }
  const again = await run()
  const counted = { questions: found.questions + again.questions, trials: found.trials + again.trials }
  const lossOf = (told: TrialLosses | undefined): number => told?.losses[goal]?.mean ?? Number.POSITIVE_INFINITY
  const isBetter = isGood(again.result.losses) || lossOf(again.result.losses) < lossOf(losses)
  if (again.ended === 'finished' || (!isGood(losses) && isBetter)) return { ...again, ...counted }
  // A front of fewer samples is none of all.
  const { front, ...result } = found.result
  return { ...found, ...counted, result: { ...result, losses, ...(again.result.front && { front: again.result.front }) } }
}
