import type { SampleSource } from '@q/ir'
import { type Deadline, timeLeft } from './deadline.ts'

/** Samples of which the last may be left out, as long as nothing hangs on their number. */
export interface LimitedSamples extends SampleSource {
  /** Leaves out all but the first. */
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
      count = Math.min(count, most)
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
