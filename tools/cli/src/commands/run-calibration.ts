import { dirname, join } from 'node:path'
import type { Graph, QuantMode, Target } from '@q/ir'
import { usualMode } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Context } from '../context.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { calibrateModel } from '../pipeline/calibrate-model.ts'
import { countLayers } from '../pipeline/count-layers.ts'
import { deadNetwork, deadText } from '../pipeline/dead-network.ts'
import { type FloatLayerChoice, findFloatLayers } from '../pipeline/float-layers.ts'
import { floatLayersText } from '../pipeline/float-layers-text.ts'
import { emptiedTable, keptTable } from '../pipeline/former-table.ts'
import { kurtosisText } from '../pipeline/kurtosis-text.ts'
import { tellInputs } from '../pipeline/model-summary.ts'
import { readPlan } from '../pipeline/read-tables.ts'
import { checkForChip } from '../pipeline/resolve-for-chip.ts'
import { noteSamples } from '../pipeline/sample-files.ts'
import { planText } from '../search/found-tables.ts'
import { runVendorSearch } from '../search/vendor-search.ts'
import { chipNames } from '../wiring/backends.ts'
import { readModel } from '../wiring/read-model.ts'
import {
  addCalibrationSearchOptions,
  calibrationSearch,
  noteIgnoredOptions,
  noteSearchOptions,
  searchNameOf,
} from './calibration-search.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addFloatLayerOptions, floatLayerChoice, noteFloatLayerOptions } from './float-layer-options.ts'
import { addMethodOption, methodOf } from './method-option.ts'
import { addSampleOptions, addThresholdOptions, calibrationOf, samplesOf } from './sample-options.ts'
import { asksForSamples, floatModeOf } from './search-options.ts'

const vendorOptions = [
  notYet('--we', 'weight equalization'),
  notYet('--bc', 'bias correction'),
  notYet('--sq', 'SmoothQuant'),
  notYet('--smc', 'softmax correction'),
  withoutEffect('--bc_inference_num <count>', 'samples of the bias correction'),
  notYet('--part_asymmetric', 'asymmetric ranges for some patterns'),
  withoutEffect('--q_group_size <size>', 'group size of dynamic modes'),
  notYet('--debug_cmd <text>', 'variants of calibration'),
]

/** `run_calibration`: the range of every activation of a Top file; with `--search` also the layers that have to stay in float. */
export const defineRunCalibration: DefineCommand = (program, start) => {
  const command = subcommand(
    program,
    'run_calibration',
    'find the range of every activation and write the calibration table; with --search a quantization table too',
  ).argument('<mlir_file>', 'the Top .mlir file')
  addSampleOptions(command, { purpose: 'use', count: 0 })
  addThresholdOptions(command)
    .option('--weights <file>', 'weight file, in place of the one the model names')
    .requiredOption('-o, --calibration_table <file>', 'output calibration table')
    .option(
      '--kurtosis_analysis',
      'write the kurtosis of every layer to kurtosis_analysis beside the table: more than 3 where there are outliers',
    )
  addMethodOption(command)
  addChipOptions(command, { required: false, purpose: 'what the table is meant for' })
  addCalibrationSearchOptions(command)
  addFloatLayerOptions(command)
  addVendorOptions(command, vendorOptions)
  command.action((file: string, options) =>
    start(async (context) => {
      const { files, reporter } = context
      checkVendorOptions(command, vendorOptions, reporter)
      const method = methodOf(options)
      const setting = calibrationOf(options)
      const search = searchNameOf(options)
      const floatLayers = await floatLayerChoice(options, context)
      if (search !== undefined) {
        noteIgnoredOptions(command, search, reporter)
        if (options.kurtosis_analysis === true)
          reporter.note('note: --kurtosis_analysis has no effect beside --search: a run without a search writes the file')
        if (options.pre_qtable !== undefined) noteFloatLayerOptions(options, '--pre_qtable says which layers stay in float', context)
        const given = { mlir: file, method, setting, floatLayers, options, isAsked: asksForSamples(command) }
        await runVendorSearch(await calibrationSearch(search, given, context), context)
        return undefined
      }
      noteSearchOptions(command, reporter)
      const kurtosisFile = options.kurtosis_analysis === true ? join(dirname(options.calibration_table), 'kurtosis_analysis') : undefined
      await files.claim([options.calibration_table, ...(kurtosisFile === undefined ? [] : [kurtosisFile])])
      const chip = options.processor === undefined ? undefined : await chipOf({ ...options, processor: options.processor }, context)
      const graph = await readModel(file, { files, ...(options.weights === undefined ? {} : { weights: options.weights }) })
      if (chip !== undefined) checkForChip(graph, chip, usualMode(chip.backend.target, 'integers'))
      if (options.pre_qtable !== undefined) noteFloatLayerOptions(options, '--pre_qtable says which layers stay in float', context)
      const base = await baseTable(graph, { options, chip, floatLayers }, context)
      await noteSamples(samplesOf(options), context)
      if (options.tune_list !== undefined) await noteSamples({ dataList: options.tune_list }, context)
      tellInputs(graph, reporter)
      const { calibration, text, samples, finished } = await calibrateModel(
        graph,
        { mlir: file, table: options.calibration_table },
        { ...setting, method, kurtosis: kurtosisFile !== undefined },
        context,
      )
      const analysis = kurtosisFile === undefined ? [] : [[kurtosisFile, kurtosisText(graph, calibration.kurtosis!)] as const]
      await files.write(new Map([...base, [options.calibration_table, text], ...analysis]))
      await finished()
      reporter.print(`real input_num = ${samples.count}`)
      reporter.print(`${options.calibration_table}: ${calibration.entries.size} rows`)
      reporter.event('calibrated', { table: options.calibration_table, rows: calibration.entries.size, samples: samples.count })
      const dead = await deadNetwork(graph, samples)
      if (dead !== undefined) reporter.note(`warning: ${deadText(dead)}`)
      reporter.note('nothing was compared: model_deploy with --test_input, or quantize, tells how well codes agree with the float model')
      return { passed: dead === undefined }
    }),
  )
}

/** The table of layers that stay in float before anything is measured, where there are any: beside the calibration table, as the original tool has it. */
async function baseTable(
  graph: Graph,
  {
    options,
    chip,
    floatLayers,
  }: { readonly options: BaseOptions; readonly chip: Chip | undefined; readonly floatLayers: FloatLayerChoice },
  context: Context,
): Promise<ReadonlyMap<string, string>> {
  // The original tool takes its most usual chip where none is named.
  const { target } = (chip ?? (await chipOf({ processor: chipNames()[0]! }, context))).backend
  const floatMode = floatModeOf(options.fp_type, target)
  const beside = (name: string): string => (/[\\/]/.test(name) ? name : join(dirname(options.calibration_table), name))
  if (options.pre_qtable !== undefined) return givenTable(graph, { ...options, target, floatMode, beside }, context)
  const found = findFloatLayers(graph, floatLayers, target, floatMode)
  context.reporter.print(found.line)
  const file = beside(options.quantize_table ?? 'shape_pattern_qtable')
  const text = floatLayersText(found, { graph, chip: target.name, samples: options.input_num }, context)
  if (found.plan.size === 0 && options.quantize_table === undefined) return emptiedTable({ file, text, graph, inputs: [] }, context)
  const kept = options.quantize_table === undefined ? await keptTable({ file, text, graph, inputs: [] }, context) : []
  await context.files.claim([file])
  context.reporter.print(`${file}: ${countLayers(found.plan.keys(), graph)} in float, for --quantize_table of model_deploy`)
  return new Map([...kept, [file, text]])
}

/** The table of `--pre_qtable` is the one for `model_deploy`; a table is written only where its name is given. */
async function givenTable(
  graph: Graph,
  {
    pre_qtable: source = '',
    quantize_table: name,
    input_num: samples,
    target,
    floatMode,
    beside,
  }: BaseOptions & { readonly target: Target; readonly floatMode: QuantMode; readonly beside: (name: string) => string },
  context: Context,
): Promise<ReadonlyMap<string, string>> {
  const plan = await readPlan(source, graph, target, context, '--pre_qtable')
  const rows = `${plan.size} ${plan.size === 1 ? 'row' : 'rows'}`
  context.reporter.print(`--pre_qtable: ${rows} of ${source}, for --quantize_table of model_deploy; no pattern was looked for`)
  if (name === undefined) return new Map()
  const file = beside(name)
  await context.files.claim([file])
  context.reporter.print(`${file}: the ${rows} of --pre_qtable`)
  return new Map([[file, planText(plan, { graph, chip: target.name, floatMode, samples, form: 'extended' }, context)]])
}

interface BaseOptions {
  readonly pre_qtable?: string
  readonly calibration_table: string
  readonly quantize_table?: string
  readonly fp_type: string
  readonly input_num: number
}
