import type { ObservedRange, RankedLayer, SearchSpace } from '@q/ir'
import type { QualityTarget } from './quality-target.ts'
import type { SearchCourse, SearchPart } from './search-course.ts'
import { trialOf } from './search-layers.ts'
import { lossesOn, type TellingSample } from './telling-samples.ts'

/** The ranges of a whole table. */
export interface ChosenTable {
  /** Rows that differ from the calibration table's. */
  readonly ranges: ReadonlyMap<string, ObservedRange>
  /** Its threshold method; absent for the calibration table itself. */
  readonly method?: string
}

/** The calibration table itself. */
export const plainTable: ChosenTable = { ranges: new Map() }

/**
 * The calibration table or that of a threshold method, whichever loses least on these samples with these layers in float: while the worst
 * layers are in codes, their errors hide what ranges do. (Choosing a range for each layer by its own result on few samples was tried:
 * it is what the mse method does with all samples, and lost 13 % more on MobileNetV2.)
 */
export function* chooseTable(
  course: SearchCourse,
  space: SearchSpace,
  target: QualityTarget,
  worst: readonly RankedLayer[],
  samples: readonly TellingSample[],
): SearchPart<ChosenTable> {
  const tables = tablesOf(space)
  if (tables.length === 1) return plainTable
  const floats = worst.map(({ layer }) => layer)
  const trials = tables.map(({ ranges }) => trialOf(space, floats, ranges))
  const losses = yield* lossesOn(course, target, trials, samples)
  const best = tables[losses.indexOf(Math.min(...losses))]!
  course.notes.info(`thresholds: ${best.method ?? 'those of the calibration table'}`)
  return best
}

/** The calibration table itself, and those of the methods that differ from it. */
export function tablesOf(space: SearchSpace): readonly ChosenTable[] {
  const tables = [plainTable]
  for (const [method, rows] of space.methods) {
    const ranges = new Map<string, ObservedRange>()
    for (const [layer, row] of space.table) {
      const replaced = replacedRow(row, rows.get(layer))
      if (replaced !== undefined) ranges.set(layer, replaced)
    }
    if (ranges.size > 0) tables.push({ ranges, method })
  }
  return tables
}

/** A row of the calibration table with a method's threshold; nothing where it is no other. */
function replacedRow(row: ObservedRange, range: ObservedRange | undefined): ObservedRange | undefined {
  return range === undefined || range.threshold === row.threshold ? undefined : { ...row, threshold: range.threshold }
}

/** The different rows of a layer, the chosen table's first: the calibration table's, those of the methods. */
export function thresholdsOf({ table, methods }: SearchSpace, layer: string, chosen: ChosenTable): readonly ObservedRange[] {
  const row = table.get(layer)
  if (row === undefined) return []
  const rows = [chosen.ranges.get(layer) ?? row, row, ...[...methods.values()].flatMap((each) => replacedRow(row, each.get(layer)) ?? [])]
  return [...new Map(rows.map((each) => [each.threshold, each] as const)).values()]
}
