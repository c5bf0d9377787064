import type { SearchSpace } from '@q/ir'
import type { ChosenTable } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

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
 * It takes more samples to show, and only for these few layers it is worth them. All is measured in `exact`: sets that were audited are known then.
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
  const losses = new Map(contested.map((layer) => [layer, 0]))
  const ranked = (layers: readonly string[]) => [...layers].sort((a, b) => ascending(losses.get(a)!, losses.get(b)!))
  const first = samples.filter((_, place) => samples.length < 3 || place % 3 === 1)
  const rest = samples.filter((sample) => !first.includes(sample))
  function* compare(layers: readonly string[], on: readonly TellingSample[]): SearchPart<void> {
    const trials = layers.map((layer) => trialOf(space, [...sure, layer], chosen.ranges))
    const found = yield* lossesOn(course, target, trials, on, 'exact')
    const weight = on.reduce((sum, each) => sum + each.weight, 0)
    for (const [i, layer] of layers.entries()) losses.set(layer, losses.get(layer)! + target.amountOf(found[i]!) * weight)
  }
  yield* compare(contested, first)
  const better = ranked(contested).slice(0, Math.ceil(contested.length / 2))
  const others = ranked(contested.filter((layer) => !better.includes(layer)))
  if (rest.length > 0) yield* compare(better, rest)
  return [...sure, ...ranked(better), ...others, ...order.slice(sure.length + contested.length)]
}

const ascending = (a: number, b: number): number => (a === b ? 0 : a - b)
