import { basename } from 'node:path'
import type { CalibrationTable, MetricName, SearchResult, Trial, TrialLosses } from '@q/ir'
import { formatCalibrationTable } from '@q/ir'
import { replaceCalibrationRows } from '@q/ir/tables'
import type { Context } from '../context.ts'
import type { RunFiles } from '../files/run-files.ts'
import { type PlanHeader, planText } from './found-tables.ts'
import type { Found } from './search-model.ts'
import { similarityOf } from './search-summary.ts'

/** The files beside which those of a front stand. */
export interface FrontPlaces {
  readonly planFile: string
  readonly tableFile: string
  /** The table of points that have none of their own. */
  readonly sharedTable: string
  /** The table whose rows the points replace. */
  readonly base: CalibrationTable
  readonly header: PlanHeader
}

/** Points whose files are looked at before the work; a front has rarely more. */
const expectedPoints = 99

/** The file that tells the points of a front. */
const frontFile = (planFile: string): string => `${planFile}_front.json`

/** The files that a front may have: an input that is one of them is refused before the work. */
export function possibleFrontFiles(planFile: string, tableFile: string): readonly string[] {
  const points = Array.from({ length: expectedPoints }, (_, i) => [`${planFile}_${i + 1}`, `${tableFile}_${i + 1}`])
  return [frontFile(planFile), ...points.flat()]
}

/**
 * Files of the points of a former front that stand beside those of this one, and are none of it: that they are ours is what the former list of points says.
 *
 * @param files of this front
 */
export async function formerPoints(
  { planFile, tableFile }: Pick<FrontPlaces, 'planFile' | 'tableFile'>,
  files: ReadonlyMap<string, unknown>,
  { peekText }: Pick<RunFiles, 'peekText'>,
): Promise<readonly string[]> {
  const textOf = (file: string) => peekText(file).catch(() => undefined)
  const former = new Set(pointsIn((await textOf(frontFile(planFile))) ?? '').map((file) => basename(file)))
  const left: string[] = []
  for (const output of [planFile, tableFile]) {
    for (let point = 1; point <= former.size; point++) {
      const file = `${output}_${point}`
      if (former.has(basename(file)) && !files.has(file) && (await textOf(file)) !== undefined) left.push(file)
    }
  }
  return left
}

/** The files of the points that a list tells; none where it is no such list. */
function pointsIn(text: string): readonly string[] {
  try {
    const { points } = JSON.parse(text) as { readonly points: readonly { readonly plan: unknown; readonly table: unknown }[] }
    return points.flatMap(({ plan, table }) => [plan, table]).filter((file) => typeof file === 'string')
  } catch {
    return []
  }
}

/**
 * The files of a front: `<plan>_1`, `<plan>_2`, … one a point, the cheapest first, and `<plan>_front.json` with the numbers of all. A point whose thresholds are
 * not those of the table has one of its own, `<table>_1`, …
 *
 * @returns nothing for a search that looks for one plan
 */
export function frontFiles(
  { space, outcome: { result } }: Found,
  { planFile, tableFile, sharedTable, base, header }: FrontPlaces,
  context: Context,
): readonly (readonly [string, string])[] {
  if (result.front === undefined) return []
  const names = pointNames(result, { planFile, tableFile, sharedTable })
  const points = result.front.map(({ trial, losses, floatShare }, i) => {
    const { plan, table, hasOwnTable } = names[i]!
    return {
      text: planText(trial.plan, header, context),
      tableText: hasOwnTable ? formatCalibrationTable(replaceCalibrationRows(base, trial.ranges ?? new Map())) : undefined,
      json: {
        plan,
        table,
        floatLayers: [...trial.plan.keys()].filter((name) => !space.pinned.has(name)),
        floatShare,
        similarity: similarityOf(losses),
        losses: Object.fromEntries(Object.entries(losses.losses).map(([metric, { mean }]) => [metric, mean])),
      },
    }
  })
  return [
    ...points.map(({ text, json }) => [json.plan, text] as const),
    ...points.flatMap(({ tableText, json }) => (tableText === undefined ? [] : [[json.table, tableText] as const])),
    [frontFile(planFile), `${JSON.stringify({ points: points.map(({ json }) => json) }, undefined, 2)}\n`],
  ]
}

/** What the files of a point of a front are called. */
export interface PointNames {
  readonly plan: string
  readonly table: string
  /** Whether that table is none but its own. */
  readonly hasOwnTable: boolean
  /** Whether it is the point that the plan of the search is. */
  readonly isChosen: boolean
}

/** The names of the files of a front, by point; none for a search that looks for one plan. */
export function pointNames(
  { front = [], trial: chosen }: SearchResult,
  { planFile, tableFile, sharedTable }: Pick<FrontPlaces, 'planFile' | 'tableFile' | 'sharedTable'>,
): readonly PointNames[] {
  const rangesOf = ({ ranges }: Trial) => JSON.stringify([...(ranges ?? [])])
  const layersOf = ({ plan }: Trial) => JSON.stringify([...plan].sort())
  return front.map(({ trial }, i) => {
    const hasOwnTable = rangesOf(trial) !== rangesOf(chosen)
    return {
      plan: `${planFile}_${i + 1}`,
      table: hasOwnTable ? `${tableFile}_${i + 1}` : sharedTable,
      hasOwnTable,
      isChosen: !hasOwnTable && layersOf(trial) === layersOf(chosen),
    }
  })
}

/** The front as a table for people. @param metric what makes a point better than another */
export function frontLines(
  { space, outcome: { result } }: Found,
  {
    points,
    planFile,
    metric = 'cosine',
  }: { readonly points: readonly PointNames[]; readonly planFile: string; readonly metric?: MetricName },
): readonly string[] {
  if (result.front === undefined) return []
  // The similarity is the cosine loss in other words.
  const title = `  ${metric} loss`
  const lossOf = (losses: TrialLosses) => `  ${(losses.losses[metric]?.mean ?? Number.NaN).toExponential(2).padStart(title.length - 2)}`
  const widest = Math.max('plan'.length, ...points.map(({ plan }) => plan.length))
  return [
    'front, the cheapest first:',
    `  layers in float  arithmetic${metric === 'cosine' ? '' : title}  similarity  ${'plan'.padEnd(widest)}  calibration table`,
    ...result.front.map(({ trial, losses, floatShare }, i) => {
      const { plan, table, isChosen } = points[i]!
      const layers = String(trial.plan.size - space.pinned.size).padStart(15)
      const share = `${(100 * floatShare).toFixed(1)} %`.padStart(10)
      const loss = metric === 'cosine' ? '' : lossOf(losses)
      const similarity = similarityOf(losses).toFixed(6).padStart(10)
      return `  ${layers}  ${share}${loss}  ${similarity}  ${plan.padEnd(widest)}  ${table}${isChosen ? `  (written as ${planFile}, too)` : ''}`
    }),
  ]
}
