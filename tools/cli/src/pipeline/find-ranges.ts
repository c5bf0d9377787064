import { basename } from 'node:path'
import { isTunedMethod } from '@q/calib'
import { createSampleSource, selectSamples } from '@q/data'
import type { Graph, Plan, QuantMode } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { findScheme } from '@q/ir/resolve'
import { needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { type PlanSearch, type SearchedPlan, searchPlan } from '../search/search-plan.ts'
import { type CalibratedModel, type CalibrationChoice, calibrateModel } from './calibrate-model.ts'
import { graphWithMeans } from './channel-means.ts'
import type { FloatLayers } from './float-layers.ts'
import { checkForChip, type QuantizationSettings, usualSettings } from './resolve-for-chip.ts'

/** What is asked of a search. */
export type SearchChoice = Pick<
  PlanSearch,
  | 'chosen'
  | 'methods'
  | 'inferenceNum'
  | 'asksForSamples'
  | 'floatMode'
  | 'comparedLayers'
  | 'postProcess'
  | 'budget'
  | 'workers'
  | 'cacheBytes'
>

export interface RangeOptions {
  /** The file of the model, which the name of the table's model comes from. */
  readonly model: string
  readonly name?: string
  readonly mode: QuantMode
  readonly calibration: CalibrationChoice
  /** @default no layer is looked for */
  readonly search?: SearchChoice
  /** @default `usualSettings` */
  readonly settings?: QuantizationSettings
}

/** Ranges, and with a search the plan, and the files of both. */
export async function findRanges(
  { calibration, mode, name, search, model, settings = usualSettings }: RangeOptions,
  places: {
    readonly graph: Graph
    readonly chip: Chip
    readonly tableFile: string
    readonly planFile: string
    readonly decided: Plan | undefined
    readonly floatLayers: FloatLayers | undefined
    /** Milliseconds of the budget that are for what comes behind the search. */
    readonly behind: number
  },
  context: Context,
): Promise<
  Omit<CalibratedModel, 'calibration' | 'text' | 'table'> & {
    /** As it is shipped. */
    readonly graph: Graph
    readonly table?: CalibratedModel['table']
    readonly plan?: Plan
    readonly searched?: Pick<SearchedPlan, 'found' | 'points'>
    readonly files: ReadonlyMap<string, string>
  }
> {
  const { graph, chip, tableFile, planFile, decided } = places
  const mlir = `${name ?? basename(model, '.onnx')}.mlir`
  const isCalibrated = [mode, ...(decided?.values() ?? [])].some((each) => needsRanges(each, chip.backend.target))
  if (search === undefined && !isCalibrated) {
    checkForChip(graph, chip, mode, decided, settings)
    const samples = await createSampleSource((await selectSamples(calibration)).entries, sampleInputs(graph), {
      mostBytes: context.files.mostBytes,
    })
    context.reporter.note(`note: nothing is calibrated: no layer is computed on codes in ${mode}`)
    return { graph, samples, finished: async () => {}, files: new Map() }
  }
  if (search === undefined) {
    checkForChip(graph, chip, mode, decided, settings)
    noteUnreadThresholds(calibration, chip, { mode, ...settings }, context)
    const { table, text, samples, finished } = await calibrateModel(graph, { mlir, table: tableFile }, calibration, context)
    const shipped = await graphWithMeans(graph, { chip, mode, samples: calibration }, context)
    return { graph: shipped, table, samples, finished, files: new Map([[tableFile, text]]) }
  }
  const { floatLayers, behind } = places
  const pinned = { ...(decided === undefined ? {} : { pinned: decided }), ...(floatLayers === undefined ? {} : { floatLayers }) }
  const budget = search.budget === undefined ? {} : { budget: { ...search.budget, behind } }
  const searched = await searchPlan(
    { ...search, ...budget, ...pinned, settings, graph, chip, mode, model: mlir, samples: calibration, tableFile, planFile },
    context,
  )
  const { graph: shipped, table, calibrationSamples: samples, plan, found, points, files, finished } = searched
  return {
    graph: shipped,
    ...(table === undefined ? {} : { table }),
    samples: samples!,
    plan,
    searched: { found, points },
    files,
    finished,
  }
}

/** Thresholds that are tuned for codes whose zero points follow least and largest values are work for nothing: that is said. */
function noteUnreadThresholds(
  { method, tuneNum }: CalibrationChoice,
  { backend: { target } }: Chip,
  { mode, ...settings }: QuantizationSettings & { readonly mode: QuantMode },
  { reporter }: Context,
): void {
  const scheme = findScheme(target, mode, settings)
  if (scheme?.kind !== 'integer' || scheme.activations.zeroPoint !== 'by-range' || !isTunedMethod(method) || tuneNum === 0) return
  reporter.note(
    `${mode} of ${target.name} has zero points, so ranges are min and max of the table: the thresholds that ${method} tunes decide little, and --tune_num 0 saves their time`,
  )
}
