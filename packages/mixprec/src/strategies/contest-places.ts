import type { SearchSpace } from '@q/ir'
import type { ChosenTable } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import { rankTrials } from './rank-trials.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import type { TellingSample } from './telling-samples.ts'

/** What a contest is about. */
export interface Contest {
  /** Layers, the worst alone first. */
  readonly order: readonly string[]
  /** How many of them are to be in float. */
  readonly size: number
  readonly chosen: ChosenTable
  /** What it is decided by. Every third compares all contenders, the others the better half. */
  readonly samples: readonly TellingSample[]
}

/** How many places are contested, and by how many layers. */
const [places, contenders] = [2, 6]

/**
 * Contests the last two places of a set of float layers: each of the next six layers is put beside those in front, while all others are in
 * codes. Alone, a layer shows its own error; here also what that does to the others' errors, which decides between layers that lose alike.
 * It takes more samples to show, and only for these few layers it is worth them.
 *
 * @returns the layers in another order: behind those that were not contested, the contenders, those that win most first
 */
export function* contestPlaces(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  { order, size, chosen, samples }: Contest,
): SearchPart<readonly string[]> {
  const sure = order.slice(0, Math.max(0, size - places))
  const contested = order.slice(sure.length, sure.length + contenders)
  const trials = contested.map((layer) => trialOf(space, [...sure, layer], chosen.ranges))
  const [ranked = []] = yield* rankTrials(course, target, [trials], { samples, part: 2 })
  return [...sure, ...ranked.map((place) => contested[place]!), ...order.slice(sure.length + contested.length)]
}
