import type { SearchSpace } from '@q/ir'
import type { ChosenTable } from './choose-table.ts'
import { thresholdsOf } from './choose-table.ts'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/**
 * A table with the threshold of each layer by whichever method loses least with the layer alone in codes on these samples; the first of
 * equal ones, the chosen table's before others. Whether it is better than a table of one method shows only when sets are measured.
 */
export function* mixThresholds(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  chosen: ChosenTable,
  samples: readonly TellingSample[],
): SearchPart<ChosenTable> {
  const names = openLayers(space).map(({ name }) => name)
  const candidates = names.flatMap((layer) => {
    const rows = thresholdsOf(space, layer, chosen)
    return rows.length < 2 ? [] : rows.map((range) => ({ layer, range }))
  })
  const ranges = new Map(chosen.ranges)
  if (candidates.length === 0) return chosen
  const trials = candidates.map(({ layer, range }) => {
    const others = names.filter((name) => name !== layer)
    return trialOf(space, others, new Map(chosen.ranges).set(layer, range))
  })
  const losses = yield* lossesOn(course, target, trials, samples)
  const best = new Map<string, number>()
  for (const [i, { layer }] of candidates.entries()) {
    const before = best.get(layer)
    if (before === undefined || losses[i]! < losses[before]!) best.set(layer, i)
  }
  for (const [layer, i] of best) ranges.set(layer, candidates[i]!.range)
  course.notes.info('thresholds: of each layer by the method that loses least with it alone in codes')
  return { ranges }
}
