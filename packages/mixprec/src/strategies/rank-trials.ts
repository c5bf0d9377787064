import type { Trial } from '@q/ir'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/** How trials are compared. */
export interface Comparison {
  /** Every third of them compares all trials, the others those that go on. */
  readonly samples: readonly TellingSample[]
  /** One part in so many of each group goes on. */
  readonly part: number
}

/** One sample in so many compares all. */
const scouts = 3

/**
 * Compares the trials of each group with each other: all on every third sample, those of each group that lose least there on the others, too. All groups are measured side by side in `exact`:
 * trials that are audited afterwards are known on these samples.
 *
 * @returns for each group the places of its trials: those that went on, the least loss first, then the others in the same way; the first of equal ones before others
 */
export function* rankTrials(
  course: SearchCourse,
  target: QualityTarget,
  groups: readonly (readonly Trial[])[],
  { samples, part }: Comparison,
): SearchPart<readonly (readonly number[])[]> {
  const sums = groups.map((trials) => trials.map(() => 0))
  const first = samples.filter((_, place) => samples.length < scouts || place % scouts === 1)
  const rest = samples.filter((sample) => !first.includes(sample))

  function* measure(places: readonly (readonly number[])[], on: readonly TellingSample[]): SearchPart<void> {
    const asked = places.flatMap((group, i) => group.map((place) => [i, place] as const))
    if (asked.length === 0 || on.length === 0) return
    const trials = asked.map(([i, place]) => groups[i]![place]!)
    const losses = yield* lossesOn(course, target, trials, on, 'exact')
    const weight = on.reduce((sum, each) => sum + each.weight, 0)
    for (const [k, [i, place]] of asked.entries()) sums[i]![place]! += target.amountOf(losses[k]!) * weight
  }
  const ranked = (i: number, places: readonly number[]) => [...places].sort((a, b) => ascending(sums[i]![a]!, sums[i]![b]!))

  const all = groups.map((trials) => [...trials.keys()])
  yield* measure(all, first)
  const better = all.map((places, i) => ranked(i, places).slice(0, Math.ceil(places.length / part)))
  const others = all.map((places, i) =>
    ranked(
      i,
      places.filter((place) => !better[i]!.includes(place)),
    ),
  )
  yield* measure(better, rest)
  return groups.map((_, i) => [...ranked(i, better[i]!), ...others[i]!])
}

const ascending = (a: number, b: number): number => (a === b ? 0 : a - b)
