import type { SearchSpace } from '@q/ir'
import { auditSets, floatsIn } from './audit-sets.ts'
import type { ChosenTable } from './choose-table.ts'
import { growingSets } from './grow-sets.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import type { TellingSample } from './telling-samples.ts'

/** What sizes of sets are climbed with. */
export interface Climb {
  /** Layers, the worst alone first. */
  readonly order: readonly string[]
  /** Layers in float at most. */
  readonly most: number
  /** Tables that sets are measured with. */
  readonly tables: readonly ChosenTable[]
  /** Samples that layers are compared on. */
  readonly samples: readonly TellingSample[]
}

/** Of so many of the worst layers sets grow. */
const growingLayers = 24

/**
 * Measures the worst layer in float, the worst two and so on, in `exact` on all samples, until the target is reached: two layers whose errors make up for each other
 * lose more when one of them is in float, so that no size tells of another. Beside them sets grow by the layer that wins most, see {@link growingSets}.
 * From a set that reaches the target layers are then taken back as long as it does.
 *
 * What is measured for a size depends on smaller ones alone. Therefore a higher limit is never worse: all that is measured below a limit is below a higher one, too.
 */
export function* climbSizes(course: SearchCourse, space: SearchSpace, target: QualityTarget, climb: Climb): SearchPart<void> {
  const { order, most, tables, samples } = climb
  const isDone = (size: number) => course.best.reached === true && floatsIn(course.best, space) <= size
  const growing = growingSets(course, space, target, { tables, order: order.slice(0, growingLayers), samples })
  for (let size = 1; size <= most && !isDone(size - 1); size++) {
    const worst = [...new Set([...tables, ...growing.tables()])].map((table) => ({ floats: order.slice(0, size), table }))
    yield* auditSets(course, space, target, worst)
    course.guess = undefined
    if (!isDone(size)) yield* growing.grow()
  }
  yield* takeBack(course, space, target)
}

/** Takes back one layer after the other that the best set reaches the target without. */
function* takeBack(course: SearchCourse, space: SearchSpace, target: QualityTarget): SearchPart<void> {
  for (let before = Number.POSITIVE_INFINITY; course.best.reached === true && floatsIn(course.best, space) < before; ) {
    before = floatsIn(course.best, space)
    const { trial, method } = course.best
    const floats = [...trial.plan.keys()].filter((layer) => !space.pinned.has(layer))
    const table = { ranges: trial.ranges ?? new Map(), ...(method !== undefined && { method }) }
    const sets = floats.map((layer) => ({ floats: floats.filter((other) => other !== layer), table }))
    yield* auditSets(course, space, target, sets)
  }
}
