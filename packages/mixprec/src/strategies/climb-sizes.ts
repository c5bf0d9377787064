import type { SearchSpace } from '@q/ir'
import { auditSets, floatsIn } from './audit-sets.ts'
import type { ChosenTable } from './choose-table.ts'
import { contestPlaces } from './contest-places.ts'
import { growingSets } from './grow-sets.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { spreadSamples, type TellingSample } from './telling-samples.ts'

/** What sizes of sets are climbed with. */
export interface Climb {
  /** Layers, the worst alone first. */
  readonly order: readonly string[]
  /** Layers in float at most. */
  readonly most: number
  readonly chosen: ChosenTable
  readonly weighed: readonly TellingSample[]
  /** Samples that places are contested on. */
  readonly contestSamples: number
  /** The table of each layer's own best threshold. */
  mixed(): SearchPart<ChosenTable>
  /** The loss without float layers. */
  readonly before: number
  /** Tables that sets grow with, see {@link growingSets}. */
  readonly tables: readonly ChosenTable[]
}

/** Sets that are measured side by side: what they have in common is computed once. */
const sideBySide = 2
/** Of so many of the worst layers sets grow. */
const growingLayers = 24
/** How much less a size has to lose than the last one whose places were contested. */
const dueShare = 0.9

/**
 * Measures the worst layer in float, the worst two and so on, in `exact` on all samples, until the target is reached: two layers whose errors make up for each other
 * lose more when one of them is in float, so that no size tells of another. Where a size loses a tenth less than the last one that this was done for, its set is measured again with the threshold of each layer chosen by itself, and with other layers in
 * its last places; layers that win there stay in front. Beside them sets grow by the layer that wins most, see {@link growingSets}.
 *
 * What is measured for a size depends on smaller ones alone. Therefore a higher limit is never worse: all that is measured below a limit is below a higher one, too.
 */
export function* climbSizes(course: SearchCourse, space: SearchSpace, target: QualityTarget, climb: Climb): SearchPart<void> {
  const { most, chosen, weighed, before } = climb
  const samples = spreadSamples(weighed, climb.contestSamples)
  const isDone = (size: number) => course.best.reached === true && floatsIn(course.best, space) <= size
  const growing = growingSets(course, space, target, { tables: climb.tables, order: climb.order.slice(0, growingLayers), samples })
  let { order } = climb
  let mixed: ChosenTable | undefined
  let contested = before

  function* withOtherThresholds(worst: readonly string[], plain: number): SearchPart<number> {
    mixed ??= yield* climb.mixed()
    const [loss] = mixed === chosen ? [plain] : yield* auditSets(course, space, target, [worst], mixed)
    return loss!
  }

  /** Other thresholds and other last places for the worst layers. */
  function* improve(size: number, plain: number): SearchPart<number> {
    const worst = climb.order.slice(0, size)
    const other = isDone(size) ? plain : yield* withOtherThresholds(worst, plain)
    const table = other < plain ? mixed! : chosen
    const least = Math.min(plain, other)
    const ranked = yield* contestPlaces(course, space, target, { order, size, chosen: table, samples })
    const winners = ranked.slice(0, size)
    if (winners.every((layer) => worst.includes(layer))) return least
    const [found] = yield* auditSets(course, space, target, [winners], table)
    if (found! < least) order = ranked
    return Math.min(least, found!)
  }

  for (let first = 1; first <= most && !isDone(first - 1); first += sideBySide) {
    const sizes = Array.from({ length: Math.min(sideBySide, most - first + 1) }, (_, i) => first + i)
    const losses = yield* auditSets(
      course,
      space,
      target,
      sizes.map((size) => climb.order.slice(0, size)),
      chosen,
    )
    for (const [i, size] of sizes.entries()) {
      if (isDone(size - 1)) return
      const isDue = isDone(size) || losses[i]! < dueShare * contested
      if (isDue) contested = yield* improve(size, losses[i]!)
      if (!isDone(size)) yield* growing.grow()
    }
  }
}
