import type { SearchSpace } from '@q/ir'
import { auditSets, type FloatSet } from './audit-sets.ts'
import { type ChosenTable, thresholdsOf } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/** A set that was measured. */
export interface MeasuredSet extends FloatSet {
  /** The loss of all samples. */
  readonly loss: number
}

/**
 * The set with a table in which one layer after the other has the threshold of whichever method loses least on these samples, while all others are as they are to be in the end: in codes but for
 * the set's, with the thresholds chosen before. What is measured is what would be shipped (a layer in float has a range, too, where codes are made of its result); a layer alone in codes shows nothing of errors that make up for each other.
 *
 * @returns the set as it was where that loses no less on all samples
 */
export function* tuneThresholds(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  set: MeasuredSet,
  samples: readonly TellingSample[],
): SearchPart<MeasuredSet> {
  const { floats } = set
  let tuned = set.table
  for (const { name } of openLayers(space)) {
    const rows = thresholdsOf(space, name, tuned)
    if (rows.length < 2) continue
    const tables = rows.map((range): ChosenTable => ({ ranges: new Map(tuned.ranges).set(name, range) }))
    const trials = tables.map(({ ranges }) => trialOf(space, floats, ranges))
    const losses = yield* lossesOn(course, target, trials, samples, 'exact')
    const best = losses.indexOf(Math.min(...losses))
    if (best > 0) tuned = tables[best]!
  }
  if (tuned === set.table) return set
  const [loss] = yield* auditSets(course, space, target, [{ floats, table: tuned }])
  return loss! < set.loss ? { floats, table: tuned, loss: loss! } : set
}
