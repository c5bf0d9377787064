import type { SearchResult, SearchSpace, TrialLosses } from '@q/ir'
import type { ChosenTable } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'

/** Layers in float, and the ranges of the others. */
export interface FloatSet {
  readonly floats: readonly string[]
  readonly table: ChosenTable
}

/**
 * Measures sets of float layers in `exact` on all samples, side by side, so that what they have in common is computed once; the course keeps the best.
 *
 * @returns the loss of each
 */
export function* auditSets(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  sets: readonly FloatSet[],
): SearchPart<readonly number[]> {
  if (sets.length === 0) return []
  const trials = sets.map(({ floats, table }) => trialOf(space, floats, table.ranges))
  const answers = yield course.step({ trials, metrics: metricsOf(target) })
  return trials.map((trial, i) => {
    const { method } = sets[i]!.table
    const found = keepBest(course, target, { trial, losses: answers[i], ...(method !== undefined && { method }) })
    course.notes.info(`${floatsIn({ trial }, space)} layers in float: ${target.metric} loss ${found}`)
    return found
  })
}

/**
 * Makes a trial that was measured on all samples the best of the course where it is better.
 *
 * @returns its loss
 */
export function keepBest(
  course: SearchCourse,
  target: QualityTarget,
  { trial, losses, method }: Pick<SearchResult, 'trial' | 'method'> & { readonly losses: TrialLosses | undefined },
): number {
  const found = target.lossOf(losses)
  const reached = target.isReached(found)
  const each: SearchResult = {
    trial,
    ranking: course.best.ranking,
    ...(losses && { losses }),
    ...(method !== undefined && { method }),
    ...(reached !== undefined && { reached }),
  }
  if (isBetter(each, course.best, target)) course.best = each
  return found
}

/** How many layers a result keeps in float beside those that are pinned. */
export const floatsIn = ({ trial }: Pick<SearchResult, 'trial'>, { pinned }: SearchSpace): number => trial.plan.size - pinned.size

/** Beside the target's metric always cosine, which people compare networks by. */
export const metricsOf = ({ metric }: QualityTarget) => (metric === 'cosine' ? ([metric] as const) : ([metric, 'cosine'] as const))

/** Fewer layers where both reach the target, less loss where these are as many or one of them misses it. */
function isBetter(one: SearchResult, other: SearchResult, { lossOf }: QualityTarget): boolean {
  if (other.losses === undefined) return true
  if (one.reached !== other.reached) return one.reached === true
  if (one.reached === true && one.trial.plan.size !== other.trial.plan.size) return one.trial.plan.size < other.trial.plan.size
  return lossOf(one.losses) < lossOf(other.losses)
}
