import { basename } from 'node:path'
import type { PreprocessOptions, SampleChoice } from '@q/data'
import { createSampleSource, selectSamples } from '@q/data'
import type { BoundaryTypes, Graph, Plan, QuantMode, SampleSource } from '@q/ir'
import { checkBoundary } from '@q/ir/container'
import { sampleInputs } from '@q/ir/graph'
import { needsRanges } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import { chooseChip } from '../chips/choose-chip.ts'
import type { Context, Surroundings } from '../context.ts'
import { startRun } from '../context.ts'
import type { RunFiles } from '../files/run-files.ts'
import { deadlineOf, noteOverdue, timeBehind, timeLeft } from '../search/deadline.ts'
import type { SearchedPlan } from '../search/search-plan.ts'
import { readTopFiles } from '../wiring/write-model.ts'
import type { Agreement } from './agreement.ts'
import type { CalibrationChoice } from './calibrate-model.ts'
import { checkedOriginal } from './checked-original.ts'
import type { Deployed } from './deploy.ts'
import { claimDeployed, deploy, type Judge } from './deploy.ts'
import { findRanges, type SearchChoice } from './find-ranges.ts'
import { type FloatLayerChoice, type FloatLayers, findFloatLayers, noFloatLayers } from './float-layers.ts'
import { floatLayersText } from './float-layers-text.ts'
import { emptiedTable, keptTable } from './former-table.ts'
import { agreementOn } from './judge-samples.ts'
import { tellInputs, warnOfUnscaled } from './model-summary.ts'
import { readPlan } from './read-tables.ts'
import { type QuantizationSettings, usualSettings } from './resolve-for-chip.ts'
import { sampleChoice } from './sample-choice.ts'
import { noteSamples } from './sample-files.ts'
import { importTop } from './transform.ts'

export interface QuantizeOptions {
  readonly model: string
  /** Name of a chip or module, as `--chip` takes it, or the chip itself. */
  readonly chip: string | Chip
  readonly mode: QuantMode
  readonly calibration: CalibrationChoice
  readonly preprocess: PreprocessOptions
  readonly inputShapes?: readonly (readonly number[])[]
  /** Cut the model at these tensors. @default its outputs */
  readonly outputNames?: readonly string[]
  readonly quantizeTable?: string
  /** Which layers stay in float before anything is measured, where the mode computes on codes; `quantizeTable` has the last word. @default those of the known families */
  readonly floatLayers?: FloatLayerChoice & { readonly mode?: QuantMode }
  /** Samples on which float and quantized model are compared. */
  readonly compareNum: number
  /** Folder, or list, these come from. @default the calibration samples */
  readonly compareData?: string
  /** Write the model file whatever the verdict. @default false */
  readonly force?: boolean
  /** What the median cosine and Euclidean similarity of every output have to exceed. @default the chip's of the mode */
  readonly tolerance?: readonly [cosine: number, euclidean: number]
  /** Name of the model. @default from the file */
  readonly name?: string
  readonly vendor?: string
  /** Types of inputs and results of the model that is written. @default float32 numbers */
  readonly boundary?: BoundaryTypes
  /** What holds for all layers, of the search, the files and the comparison alike. @default `usualSettings` */
  readonly settings?: QuantizationSettings
  /** Looks for layers that have to stay in float, and for thresholds; those of `quantizeTable` are decided. @default all layers have the mode */
  readonly search?: SearchChoice
}

/** What one shot of the main job made. */
export interface Quantized {
  readonly files: readonly string[]
  readonly deployed: Deployed
  readonly agreement?: Agreement
  /** Whether the agreement, where it was measured, is within the tolerance. */
  readonly passed: boolean
  /** What was searched for, and the file of the plan. */
  readonly searched?: Pick<SearchedPlan, 'found' | 'points'> & { readonly planFile: string }
  readonly seconds: number
}

/**
 * The main job in one go: a float ONNX model and samples in; Top file, calibration table, lowered file and container
 * out, in the working directory, and the agreement of the float and the quantized model on the first samples.
 *
 * Nothing is written before the ranges are known: until then every option, table and sample has been looked at, and what is wrong leaves the files of an earlier run alone.
 */
export async function quantize(options: QuantizeOptions, surroundings: Surroundings): Promise<Quantized> {
  const started = performance.now()
  const context = startRun(surroundings)
  const budget = options.search?.budget
  const deadline = budget === undefined ? undefined : deadlineOf(budget.milliseconds, budget.startedAt, context)
  const { files: runFiles } = context
  const name = options.name ?? basename(options.model, '.onnx')
  const tableFile = `${name}_cali_table`
  const planFile = `${name}_qtable`
  await runFiles.claim([tableFile, ...(options.search === undefined ? [] : [planFile])])
  const chip = typeof options.chip === 'string' ? await chooseChip(options.chip, { context }) : options.chip
  await runFiles.reads([options.model, options.quantizeTable, chip.file].filter((each) => each !== undefined))
  await noteSamples(options.calibration, context)
  const compareChoice = options.compareData === undefined ? undefined : await sampleChoice(options.compareData)
  if (compareChoice !== undefined) await noteSamples(compareChoice, context)
  const top = await importTop(
    {
      modelName: name,
      modelDef: options.model,
      mlir: `${name}.mlir`,
      preprocess: options.preprocess,
      ...(options.inputShapes === undefined ? {} : { inputShapes: options.inputShapes }),
      ...(options.outputNames === undefined ? {} : { outputNames: options.outputNames }),
    },
    context,
  )
  const content = top.content()
  // As every command reads it from these files, so that a chip gets the same nodes, attributes and names of constants from all of them.
  const graph = readTopFiles(content)
  tellInputs(graph, context.reporter)
  if (options.boundary !== undefined) checkBoundary(graph, options.boundary)
  const compared = compareChoice === undefined ? undefined : await comparedSamples(compareChoice, options.compareNum, graph, context.files)
  const calibrated = (await selectSamples(options.calibration)).entries
  warnOfUnscaled(graph, calibrated, options.preprocess, context.reporter)
  const checkedAt = performance.now()
  const original = await checkedOriginal(
    {
      ...options,
      ...(top.outputNames === undefined ? {} : { outputNames: top.outputNames }),
      graph,
      samples: compared ?? (await createSampleSource(calibrated, sampleInputs(graph), { mostBytes: context.files.mostBytes })),
    },
    context,
  )
  const given = options.quantizeTable === undefined ? undefined : await readPlan(options.quantizeTable, graph, chip.backend.target, context)
  const base = await basePlan(options, { graph, chip, given, file: `${name}_shape_pattern_qtable` }, context)
  const decided = base.plan.size === 0 ? given : new Map([...base.plan, ...(given ?? [])])
  const deployment = {
    graph,
    chip,
    mode: options.mode,
    ...(options.settings ?? usualSettings),
    notGenBmodel: false,
    ...(options.boundary === undefined ? {} : { boundary: options.boundary }),
    ...(options.vendor === undefined ? {} : { vendor: options.vendor }),
  }
  const mayHavePlan = options.search === undefined ? decided : new Map()
  const release = await claimDeployed({ ...deployment, ...(mayHavePlan === undefined ? {} : { plan: mayHavePlan }) }, context)
  const behind = deadline === undefined ? 0 : timeBehind(deadline, performance.now() - checkedAt)
  const ranges = await findRanges(options, { graph, chip, tableFile, planFile, decided, floatLayers: base.found, behind }, context)
  const { table, samples } = ranges
  const plan = ranges.plan ?? decided
  await runFiles.write(new Map<string, string | Uint8Array>([...content, ...base.files, ...ranges.files]))
  context.reporter.event('transformed', { layers: graph.nodes.length, mlir: top.files[0]! })
  await ranges.finished()
  release()
  let agreement: Agreement | undefined
  const judge: Judge = async (resolved, again) => {
    agreement = await agreementOn(
      options,
      {
        graph,
        resolved,
        again,
        chip,
        samples: compared ?? samples,
        calibrated: table === undefined ? [] : calibrated,
        original,
        ...(deadline === undefined ? {} : { isOver: () => timeLeft(deadline) === 0 }),
      },
      context,
    )
    return { passed: agreement?.passed !== false }
  }
  const deployed = await deploy(
    {
      ...deployment,
      graph: ranges.graph,
      ...(table === undefined ? {} : { table }),
      ...(plan === undefined ? {} : { plan }),
      compareAll: false,
      excepts: [],
      judge,
      force: options.force === true,
      // A container is a success only where it was compared too.
      ...(options.compareNum === 0 ? {} : { chipSample: () => (compared ?? samples).load(0) }),
    },
    context,
  ).finally(() => original?.close())
  if (deadline !== undefined) noteOverdue(deadline, context)
  return {
    files: [...top.files, ...base.files.keys(), ...ranges.files.keys(), ...deployed.files],
    deployed,
    ...(ranges.searched === undefined ? {} : { searched: { ...ranges.searched, planFile } }),
    ...(agreement === undefined ? {} : { agreement }),
    passed: deployed.passed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Other samples to compare on than those of the calibration; each has been read once. @throws QError of those that the network cannot take */
async function comparedSamples(choice: SampleChoice, most: number, graph: Graph, { mostBytes }: RunFiles): Promise<SampleSource> {
  const source = await createSampleSource((await selectSamples(choice)).entries, sampleInputs(graph), { mostBytes })
  for (let i = 0; i < Math.min(most, source.count); i++) await source.load(i)
  return source
}

/** The layers that stay in float before anything is measured, and the file of them. */
async function basePlan(
  { floatLayers = {}, mode, calibration, quantizeTable }: QuantizeOptions,
  { graph, chip, given, file }: { readonly graph: Graph; readonly chip: Chip; readonly given: Plan | undefined; readonly file: string },
  context: Context,
): Promise<{ readonly plan: Plan; readonly found?: FloatLayers; readonly files: ReadonlyMap<string, string> }> {
  const { target } = chip.backend
  const isSought = needsRanges(mode, target)
  const found = isSought ? findFloatLayers(graph, floatLayers, target, floatLayers.mode ?? target.defaultFloat, given) : noFloatLayers
  if (isSought) context.reporter.print(found.line)
  const plan: Plan = found.keepsLayers ? found.plan : new Map()
  const text = floatLayersText(found, { graph, chip: target.name, samples: calibration.inputNum }, context)
  const place = { file, text, graph, inputs: [quantizeTable] }
  if (plan.size === 0) return { plan, files: await emptiedTable(place, context) }
  await context.files.claim([file])
  return { plan, found, files: new Map([...(await keptTable(place, context)), [file, text]]) }
}
