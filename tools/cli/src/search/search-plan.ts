import type { MethodName } from '@q/calib'
import type { CalibrationTable, Graph, MetricName, Plan, QuantMode, SampleSource } from '@q/ir'
import { formatCalibrationTable, QError } from '@q/ir'
import { needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import type { CalibrationSetting } from '../pipeline/calibrate-model.ts'
import { graphWithMeans } from '../pipeline/channel-means.ts'
import type { FloatLayers } from '../pipeline/float-layers.ts'
import { checkForChip, type QuantizationSettings } from '../pipeline/resolve-for-chip.ts'
import type { ChosenStrategy } from './choose-strategy.ts'
import { type ComparisonChoice, chosenComparison } from './chosen-comparison.ts'
import { deadlineOf } from './deadline.ts'
import { planText } from './found-tables.ts'
import { formerPoints, frontFiles, type PointNames, pointNames, possibleFrontFiles } from './front-files.ts'
import { openJournal } from './journal-file.ts'
import { type Found, searchModel } from './search-model.ts'
import { reaches, type Wanted } from './search-summary.ts'
import { rowsByMethod, scoredTable } from './search-tables.ts'
import { tablesInTime, unknownRanges } from './tables-in-time.ts'
import { noteFewerSamples, trialSamples } from './trial-samples.ts'

/** A search of this program's own commands. */
export interface PlanSearch extends ComparisonChoice {
  readonly graph: Graph
  readonly chip: Chip
  readonly mode: QuantMode
  readonly floatMode: QuantMode
  readonly chosen: ChosenStrategy
  /** The name that tables give to the model. */
  readonly model: string
  readonly samples: CalibrationSetting
  /** The table whose thresholds are taken. @default tables are made by these methods, and the search chooses */
  readonly table?: CalibrationTable
  /** The file of that table. */
  readonly givenTable?: string
  readonly methods: readonly MethodName[]
  /** Samples that trials are measured on; 0 for all. */
  readonly inferenceNum: number
  /** Whether the user asked for so many; it is told then when there are fewer. */
  readonly asksForSamples: boolean
  /** Layers that are decided. */
  readonly pinned?: Plan
  /** Those of them that were found by what the network is. */
  readonly floatLayers?: FloatLayers
  /** Whether a plan is of use without thresholds, when the budget is over before any are known. @default those of one sample are waited for */
  readonly mayLackTable?: boolean
  /** Milliseconds for all up to the files of the search, since `startedAt` of `performance.now()`; those `behind` are for what comes after it. */
  readonly budget?: { readonly milliseconds: number; readonly startedAt: number; readonly behind?: number }
  readonly workers?: number
  readonly cacheBytes?: number
  readonly tableFile: string
  /** Whether the user named that file: it is written then also where the thresholds are those of the given table. */
  readonly namesTable?: boolean
  readonly planFile: string
  /** What holds for all layers. @default `usualSettings` */
  readonly settings?: QuantizationSettings
}

/** What a search decided, not written yet. */
export interface SearchedPlan {
  readonly found: Found
  readonly plan: Plan
  /** With the thresholds that the search chose; made up where it `mayLackTable`, and then not among the files. */
  readonly table: CalibrationTable
  /** The graph that was searched: it is the one to be shipped, for a chip that counts on means of channels. */
  readonly graph: Graph
  /** Text by file: the plan, and the table unless it is the given one unchanged and no file was named for it. */
  readonly files: ReadonlyMap<string, string>
  readonly calibrationSamples?: SampleSource
  /** What the files of a front's points are called. */
  readonly points: readonly PointNames[]
  /** Says that the files are written, so that nothing needs to be kept for an interrupted run any more. */
  finished(): Promise<void>
}

/** Calibrates where no table is given, and searches. What an interrupted run of the same search found out is kept beside the plan's file. */
export async function searchPlan(search: PlanSearch, context: Context): Promise<SearchedPlan> {
  const { graph, chip, samples, planFile, tableFile } = search
  checkForChip(graph, chip, search.mode, search.pinned, search.settings)
  const comparison = await chosenComparison(graph, search, context)
  checkMode(search)
  if (search.chosen.givesFront) await context.files.claim(possibleFrontFiles(planFile, tableFile))
  const measured = await trialSamples(graph, samples, search.inferenceNum, context.files)
  if (search.asksForSamples) noteFewerSamples(search.inferenceNum, measured.samples.count, context)
  const { budget } = search
  const deadline = budget === undefined ? undefined : deadlineOf(budget.milliseconds, budget.startedAt, context, budget.behind)
  const journal = openJournal(planFile, context)
  try {
    const made = search.table === undefined ? await tablesInTime(search, deadline, journal, context) : undefined
    const base =
      search.table ??
      made?.tables.get(search.methods.includes('mse') ? 'mse' : search.methods[0]!)?.tuned ??
      unknownRanges(graph, search.model)
    const shipped = await graphWithMeans(graph, { chip, mode: search.mode, samples }, context)
    const found = await searchModel(
      {
        graph: shipped,
        chip,
        mode: search.mode,
        floatMode: search.floatMode,
        ...(search.settings === undefined ? {} : { settings: search.settings }),
        table: base.entries,
        ...(made === undefined ? {} : { methods: rowsByMethod(made) }),
        ...(search.pinned === undefined ? {} : { pinned: search.pinned }),
        ...measured,
        ...comparison,
        strategy: search.chosen.strategy,
        reference: search.chosen.reference,
        metrics: metricsOf(search.chosen.wanted),
        ...(deadline === undefined
          ? {}
          : { deadline, mayTakeFewer: !search.asksForSamples, isGood: (losses) => reaches(losses, search.chosen.wanted) === true }),
        ...(search.workers === undefined ? {} : { workers: search.workers }),
        ...(search.cacheBytes === undefined ? {} : { cacheBytes: search.cacheBytes }),
      },
      journal,
      context,
    )
    const { trial } = found.outcome.result
    const table = scoredTable(base, found.outcome.result, made?.tables)
    const header = {
      graph,
      chip: chip.backend.target.name,
      floatMode: search.floatMode,
      samples: made?.observed.samples.count ?? found.space.samples,
      form: 'extended',
      ...(search.floatLayers === undefined ? {} : { base: search.floatLayers }),
      unexamined: found.outcome.open,
    } as const
    const isWanted = search.table !== undefined && search.namesTable === true
    const isWritten = made !== undefined || (trial.ranges?.size ?? 0) > 0 || isWanted
    const places = { planFile, tableFile, sharedTable: isWritten ? tableFile : (search.givenTable ?? tableFile) }
    const files = new Map([
      [planFile, planText(trial.plan, header, context)],
      ...(isWritten ? [[tableFile, formatCalibrationTable(table)] as const] : []),
      ...frontFiles(found, { ...places, base, header }, context),
    ])
    const isFormerTable =
      !isWritten && search.table === undefined && (await context.files.peekText(tableFile).catch(() => undefined)) !== undefined
    const former = found.outcome.result.front === undefined ? [] : await formerPoints(search, files, context.files)
    return {
      found,
      graph: shipped,
      plan: trial.plan,
      table,
      files,
      points: pointNames(found.outcome.result, places),
      ...(made === undefined ? {} : { calibrationSamples: made.observed.samples }),
      async finished() {
        if (isFormerTable) context.reporter.note(`note: ${tableFile} is of an earlier run: its thresholds do not belong to ${planFile}`)
        if (former.length > 0)
          context.reporter.note(
            `note: ${former.join(', ')}: of a former front, and no part of this one; its points are those of ${planFile}_front.json`,
          )
        journal.finished()
        await made?.observed.finished()
      },
    }
  } finally {
    journal.close()
  }
}

const metricsOf = ({ mostLoss, metric }: Wanted): readonly MetricName[] => [mostLoss?.metric ?? metric ?? 'cosine']

/** @throws QError `SEARCH_MODE` where no layer would be made of codes */
function checkMode({ mode, chip: { backend } }: PlanSearch): void {
  if (needsRanges(mode, backend.target)) return
  throw new QError('SEARCH_MODE', `--quantize ${mode}: there is nothing to search for`, {
    at: ['--quantize'],
    found: `${mode}, in which ${backend.target.name} has no codes`,
    wanted: 'a mode of integers',
    hint: 'leave it out, or quantize without a search',
    kind: 'usage',
  })
}
