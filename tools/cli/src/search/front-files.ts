import type { CalibrationTable, MetricName, TrialLosses } from '@q/ir'
import { formatCalibrationTable } from '@q/ir'
import { replaceCalibrationRows } from '@q/ir/tables'
import type { Context } from '../context.ts'
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
  const wordsOf = (ranges = result.trial.ranges) => JSON.stringify([...(ranges ?? [])])
  const points = result.front.map(({ trial, losses, floatShare }, i) => {
    const hasOwnTable = JSON.stringify([...(trial.ranges ?? [])]) !== wordsOf()
    return {
      text: planText(trial.plan, header, context),
      tableText: hasOwnTable ? formatCalibrationTable(replaceCalibrationRows(base, trial.ranges ?? new Map())) : undefined,
      json: {
        plan: `${planFile}_${i + 1}`,
        table: hasOwnTable ? `${tableFile}_${i + 1}` : sharedTable,
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
    [`${planFile}_front.json`, `${JSON.stringify({ points: points.map(({ json }) => json) }, undefined, 2)}\n`],
  ]
}

/** The front as a table for people. @param metric what makes a point better than another */
export function frontLines({ space, outcome: { result } }: Found, planFile: string, metric: MetricName = 'cosine'): readonly string[] {
  if (result.front === undefined) return []
  // The similarity is the cosine loss in other words.
  const title = `  ${metric} loss`
  const lossOf = (losses: TrialLosses) => `  ${(losses.losses[metric]?.mean ?? Number.NaN).toExponential(2).padStart(title.length - 2)}`
  return [
    'front, the cheapest first:',
    `  layers in float  arithmetic${metric === 'cosine' ? '' : title}  similarity  plan`,
    ...result.front.map(({ trial, losses, floatShare }, i) => {
      const layers = String(trial.plan.size - space.pinned.size).padStart(15)
      const share = `${(100 * floatShare).toFixed(1)} %`.padStart(10)
      return `  ${layers}  ${share}${metric === 'cosine' ? '' : lossOf(losses)}  ${similarityOf(losses).toFixed(6).padStart(10)}  ${planFile}_${i + 1}`
    }),
  ]
}
