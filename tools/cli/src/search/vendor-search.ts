import { basename } from 'node:path'
import type { MethodName } from '@q/calib'
import type { CalibrationTable, Plan, QuantMode, SearchStrategy } from '@q/ir'
import { formatCalibrationTable } from '@q/ir'
import { replaceCalibrationRows } from '@q/ir/tables'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import type { CalibrationSetting } from '../pipeline/calibrate-model.ts'
import { type FloatLayerChoice, type FloatLayers, findFloatLayers } from '../pipeline/float-layers.ts'
import { readCalibrationTable, readPlan } from '../pipeline/read-tables.ts'
import { checkForChip } from '../pipeline/resolve-for-chip.ts'
import { noteSamples } from '../pipeline/sample-files.ts'
import { readModel } from '../wiring/read-model.ts'
import { chosenComparison } from './chosen-comparison.ts'
import { lossTableText, planText } from './found-tables.ts'
import { openJournal } from './journal-file.ts'
import { searchGraphText } from './search-graph.ts'
import { type Found, searchModel } from './search-model.ts'
import { floatWarning, isReached, missedTarget, type SearchTraits, similarityOf, summaryLines } from './search-summary.ts'
import { type MethodTables, methodFileNames, methodFiles, methodTables, rowsByMethod } from './search-tables.ts'
import { noteFewerSamples, trialSamples } from './trial-samples.ts'

/** A search of the original tools: what it is given, how it is run and what it writes. */
export interface VendorSearch {
  readonly mlir: string
  readonly weights?: string
  readonly chip: Chip
  readonly mode: QuantMode
  readonly floatMode: QuantMode
  /** The calibration table: read, or made by the first of these methods that is `base`. */
  readonly table: string
  readonly calibration: CalibrationSetting
  /** Methods whose tables are made. */
  readonly methods: readonly MethodName[]
  /** How the tool spells them in names of files. @default as they are */
  readonly spelled?: (method: string) => string
  /** The method whose table is the calibration table. @default it is read */
  readonly base?: MethodName
  /** `choose`: the search chooses between the methods. `plain`: one table, made as `run_calibration` makes it. */
  readonly thresholds: 'choose' | 'plain'
  /** How many samples trials are measured on. */
  readonly inferenceNum: number
  /** Whether the user asked for so many; it is told then when there are fewer. */
  readonly asksForSamples: boolean
  readonly reference: 'graph' | 'chip-float'
  readonly strategy: SearchStrategy
  readonly comparedLayers: string
  readonly postProcess?: string
  /** Which layers stay in float before anything is measured, where `preQtable` does not say it. @default none */
  readonly floatLayers?: FloatLayerChoice
  readonly preQtable?: string
  readonly expectedCos?: number
  readonly traits: SearchTraits
  /** The output. */
  readonly quantizeTable: string
  readonly form: 'classic' | 'extended'
  readonly files: { readonly log: string; readonly graph?: string; readonly lossTable?: string; readonly newTable?: string }
  /** The last line, once all is written. */
  readonly success?: string
  readonly debugLog: boolean
}

/** Runs a search of the original tools and writes its files. @throws QError `TARGET_MISSED` when all is written, and those of the search */
export async function runVendorSearch(search: VendorSearch, context: Context): Promise<void> {
  const started = performance.now()
  const { files, reporter } = context
  const { calibration, mlir, chip } = search
  const { spelled = (method) => method } = search
  const isTuned = calibration.tuneNum > 0
  const methodNames =
    search.thresholds === 'choose' ? search.methods.flatMap((each) => methodFileNames(search.table, spelled(each), isTuned)) : []
  await files.claim([
    search.quantizeTable,
    ...(search.base === undefined ? [] : [search.table]),
    ...methodNames,
    ...Object.values(search.files),
  ])
  const graph = await readModel(mlir, { files, ...(search.weights === undefined ? {} : { weights: search.weights }) })
  const comparison = await chosenComparison(graph, search, context)
  const { target } = chip.backend
  const kept =
    search.floatLayers === undefined || search.preQtable !== undefined
      ? undefined
      : findFloatLayers(graph, search.floatLayers, target, search.floatMode)
  if (kept !== undefined) reporter.print(kept.line)
  const pinned: Plan =
    search.preQtable === undefined ? (kept?.plan ?? new Map()) : await readPlan(search.preQtable, graph, target, context, '--pre_qtable')
  checkForChip(graph, chip, search.mode, pinned)
  await noteSamples(calibration, context)
  if (calibration.tuneList !== undefined) await noteSamples({ dataList: calibration.tuneList }, context)
  const measured = await trialSamples(graph, calibration, search.inferenceNum, files)
  if (search.asksForSamples) noteFewerSamples(search.inferenceNum, measured.samples.count, context)
  const given = search.base === undefined ? await readCalibrationTable(search.table, graph, context) : undefined

  const journal = openJournal(search.quantizeTable, context)
  try {
    const made =
      search.methods.length === 0
        ? undefined
        : await methodTables(
            graph,
            { mlir, table: search.table },
            { ...calibration, methods: search.methods, ...(search.thresholds === 'plain' ? { plainFor: search.strategy.name } : {}) },
            journal,
            context,
          )
    const base = given ?? made!.tables.get(search.base!)!.tuned
    const found = await searchModel(
      {
        graph,
        chip,
        mode: search.mode,
        floatMode: search.floatMode,
        table: base.entries,
        ...(search.thresholds === 'plain' || made === undefined ? {} : { methods: rowsByMethod(made) }),
        pinned,
        ...measured,
        strategy: search.strategy,
        reference: search.reference,
        ...comparison,
      },
      journal,
      context,
    )
    const outputs = outputsOf(search, { found, made, base, kept }, context)
    await files.write(outputs)
    journal.finished()
    await made?.observed.finished()
    tellFound(search, found, (performance.now() - started) / 1000, context)
    reporter.print(`files: ${[...outputs.keys()].join(', ')}`)
    const plain = plainTableNote(search, found)
    if (plain !== undefined) reporter.note(plain)
    if (isReached(found, wantedOf(search)) === false) throw missedTarget(found, wantedOf(search), search.quantizeTable, search.traits)
    if (search.success !== undefined) reporter.print(search.success)
  } finally {
    journal.close()
  }
}

const wantedOf = ({ expectedCos }: VendorSearch) => (expectedCos === undefined ? {} : { expectedCos })

/** Every file of a search, by its name. */
function outputsOf(
  search: VendorSearch,
  {
    found,
    made,
    base,
    kept,
  }: {
    readonly found: Found
    readonly made: MethodTables | undefined
    readonly base: CalibrationTable
    readonly kept: FloatLayers | undefined
  },
  context: Context,
): ReadonlyMap<string, string> {
  const { table, quantizeTable, files, calibration, thresholds, spelled = (method: string) => method } = search
  const { space, outcome } = found
  const { result } = outcome
  const chosen = result.method === undefined ? base : made!.tables.get(result.method)!.tuned
  const header = {
    graph: space.graph,
    chip: search.chip.backend.target.name,
    floatMode: search.floatMode,
    samples: made?.observed.samples.count ?? space.samples,
    form: search.form,
    ...(kept === undefined ? {} : { base: kept }),
    unexamined: outcome.open,
  }
  return new Map([
    ...(made !== undefined && thresholds === 'choose' ? methodFiles(table, made.tables, calibration.tuneNum > 0, spelled) : []),
    ...(search.base === undefined ? [] : [[table, formatCalibrationTable(chosen)] as const]),
    ...(files.newTable === undefined
      ? []
      : [
          [
            files.newTable,
            formatCalibrationTable(
              replaceCalibrationRows(chosen, result.method === undefined ? (result.trial.ranges ?? new Map()) : new Map()),
            ),
          ] as const,
        ]),
    ...(files.lossTable === undefined
      ? []
      : [[files.lossTable, lossTableText({ ranking: result.ranking, layers: space.layers }, header, context)] as const]),
    ...(files.graph === undefined ? [] : [[files.graph, searchGraphText(found)] as const]),
    [files.log, found.lines.map((line) => `${line}\n`).join('')],
    [quantizeTable, planText(result.trial.plan, header, context)],
  ])
}

/** That the thresholds which were found layer by layer are not those that were written, because the table's are better together. */
function plainTableNote(
  { files: { newTable }, table, thresholds }: VendorSearch,
  { space, outcome: { result } }: Found,
): string | undefined {
  const isChosen = thresholds === 'choose' && space.methods.size > 0 && result.ranking.length > 0
  if (newTable === undefined || !isChosen || result.method !== undefined || (result.trial.ranges?.size ?? 0) > 0) return undefined
  return `note: ${newTable} has the thresholds of ${table}: with these layers in float they are better together than those that each layer chose`
}

/** Prints the end of the log, as the original tool does, and the summary. */
function tellFound(search: VendorSearch, found: Found, seconds: number, { reporter }: Context): void {
  const { lines, toldBefore, outcome } = found
  const texts = lines.map((line) => line.replace(/^[A-Z]+:root:/, ''))
  const result = texts.indexOf('>>>run result:')
  const warning = search.expectedCos === undefined ? undefined : floatWarning(found)
  if (warning !== undefined) reporter.note(warning)
  for (const text of search.debugLog ? texts : texts.slice(result < 0 ? toldBefore : result)) reporter.print(text)
  if (search.expectedCos !== undefined)
    for (const line of summaryLines(found, wantedOf(search), seconds, search.traits)) reporter.print(line)
  reporter.event('searched', {
    strategy: search.strategy.name,
    model: basename(search.mlir),
    qtable: search.quantizeTable,
    plan: Object.fromEntries(outcome.result.trial.plan),
    before: similarityOf(found.before),
    after: similarityOf(outcome.result.losses),
    ranking: outcome.result.ranking,
    reached: isReached(found, wantedOf(search)),
    trials: outcome.trials,
    seconds,
  })
}
