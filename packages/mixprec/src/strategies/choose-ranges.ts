import type { ObservedRange, SampleSpan, SearchSpace } from '@q/ir'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { openLayers, trialOf } from './search-layers.ts'

/** Ranges for the layers of codes, and the method each one's is of. */
export interface ChosenRanges {
  readonly ranges: ReadonlyMap<string, ObservedRange>
  readonly methodOf: ReadonlyMap<string, string>
}

/**
 * For each layer the range that keeps its own result nearest to the float model's, all other layers in float: nothing behind the layer
 * is computed. Of that table, the calibration table and each method's whole table, the one with the least loss on the span.
 */
export function* chooseRanges(
  course: SearchCourse,
  space: SearchSpace,
  { metric, lossOf }: QualityTarget,
  samples: SampleSpan,
): SearchPart<ChosenRanges> {
  const own = yield* ownBest(course, space, samples)
  const tables: ChosenRanges[] = [{ ranges: new Map(), methodOf: new Map() }]
  if (own.ranges.size > 0) tables.push(own)
  for (const [method, rows] of space.methods) {
    const ranges = new Map([...rows].flatMap(([layer, range]) => differing(space, layer, range)))
    if (ranges.size > 0) tables.push({ ranges, methodOf: new Map([...rows.keys()].map((layer) => [layer, method])) })
  }
  if (tables.length === 1) return tables[0]!
  const trials = tables.map(({ ranges }) => trialOf(space, [], ranges))
  const losses = (yield course.step({ trials, samples, metrics: [metric], precision: 'fast' })).map(lossOf)
  return tables[losses.indexOf(Math.min(...losses))]!
}

/** The best range of each layer by the noise of its own result. */
function* ownBest(course: SearchCourse, space: SearchSpace, samples: SampleSpan): SearchPart<ChosenRanges> {
  const names = openLayers(space).map(({ name }) => name)
  const ranges = new Map<string, ObservedRange>()
  const methodOf = new Map<string, string>()
  for (const layer of names) {
    const thresholds = new Map<number, string | undefined>()
    const row = space.table.get(layer)
    if (row === undefined) continue
    thresholds.set(row.threshold, undefined)
    for (const [method, rows] of space.methods) {
      const range = rows.get(layer)
      if (range !== undefined && thresholds.get(range.threshold) === undefined) thresholds.set(range.threshold, method)
    }
    const choices = [...thresholds].map(([threshold, method]) => ({ method, range: { ...row, threshold } }))
    let best = choices[0]!
    if (choices.length > 1) {
      const others = names.filter((name) => name !== layer)
      const trials = choices.map(({ range }) => trialOf(space, others, new Map([[layer, range]])))
      const answers = yield course.step({ trials, samples, metrics: ['noise'], layers: [layer], outputs: false })
      const losses = answers.map(({ layers }) => layers.get(layer)?.['noise'] ?? Number.POSITIVE_INFINITY)
      best = choices[losses.indexOf(Math.min(...losses))]!
    }
    if (best.range.threshold !== row.threshold) ranges.set(layer, best.range)
    if (best.method !== undefined) methodOf.set(layer, best.method)
  }
  return { ranges, methodOf }
}

/** A method's row in the place of the table's, where it says something else. */
function differing({ table }: SearchSpace, layer: string, { threshold }: ObservedRange): readonly (readonly [string, ObservedRange])[] {
  const row = table.get(layer)
  return row === undefined || row.threshold === threshold ? [] : [[layer, { ...row, threshold }]]
}
