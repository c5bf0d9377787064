import { basename } from 'node:path'
import { withPreprocess } from '@q/data'
import type { Graph, Plan, PlanFile } from '@q/ir'
import { isQError, QError } from '@q/ir'
import type { Command } from 'commander'
import { modeOf, noteHighPrecision, usualMode } from '../chips/chip-modes.ts'
import type { Chip } from '../chips/choose-chip.ts'
import type { Reporter } from '../console/reporter.ts'
import type { Context } from '../context.ts'
import { parseCount } from '../options/parse.ts'
import { findFloatLayers } from '../pipeline/float-layers.ts'
import { readCalibrationTable, readPlan } from '../pipeline/read-tables.ts'
import { sampleChoice } from '../pipeline/sample-choice.ts'
import { noteSamples } from '../pipeline/sample-files.ts'
import { strategyHelp } from '../search/choose-strategy.ts'
import { searchPlan } from '../search/search-plan.ts'
import { readModel } from '../wiring/read-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addFloatLayerOptions, floatLayerChoice, noteFloatLayerOptions } from './float-layer-options.ts'
import { addOwnSearchOptions, checkReached, searchSettings, strategyOf, tellSearch } from './own-search-options.ts'
import { addPreprocessOptions, preprocessOptions } from './preprocess-options.ts'
import { addSettingOptions, settingsOf } from './quantization-options.ts'
import { floatModeOf } from './search-options.ts'

const explanation = `
Which search to take when:
${strategyHelp()}
  a module             yours: docs/write-a-strategy.md

Take race to ship, with --expected_cos; pareto to choose by eye; the others to repeat what a manual tells.
An interrupted search goes on where it stopped when the same command is given again.`

/** `search`: the layers that have to stay in float, and the threshold of the others. */
export const defineSearch: DefineCommand = (program, start) => {
  const command = addOwnSearchOptions(
    addChipOptions(
      subcommand(program, 'search', 'find the few layers that have to stay in float, and the best thresholds of the others')
        .argument('<model>', 'the float model: Top .mlir, or .onnx')
        .requiredOption('--data <path>', 'folder of samples (images, npz, npy), or a list of them'),
      { required: true },
    )
      .option('-o, --quantize_table <file>', 'output quantization table; <model>_qtable when absent')
      .option(
        '--new_calibration_table <file>',
        'output calibration table; <model>_cali_table when absent, and none where --calibration_table gives the thresholds',
      )
      .option(
        '--calibration_table <file>',
        'take the thresholds of this table; when absent tables are made, by --methods, and the search chooses between them',
      )
      .option('--pre_qtable <table>', 'layers whose mode is decided: a file, or name:mode,name:mode')
      .option('--quantize <mode>', 'mode of layers that stay in codes; INT8 when absent, or the first of a chip without it')
      .option('--input_num <count>', 'samples to calibrate on; 0 for all', parseCount(0), 100)
      .option('--tune_num <count>', 'samples to tune thresholds on; 0 for none', parseCount(0), 5)
      .option('--weights <file>', 'weight file, in place of the one the model names'),
  )
  addSettingOptions(command)
  addFloatLayerOptions(command)
  addPreprocessOptions(command).addHelpText('after', explanation)
  command.action((model: string, options) =>
    start(async (context) => {
      const startedAt = performance.now()
      const { files, reporter } = context
      const chip = await chipOf(options, context)
      const { target } = chip.backend
      noteHighPrecision(options.high_precision, target, reporter)
      const chosen = await strategyOf(options, context)
      const settings = searchSettings(command, options, startedAt)
      const name = basename(model).replace(/\.[^.]*$/, '')
      const planFile = options.quantize_table ?? `${name}_qtable`
      const given = options.calibration_table
      if (given !== undefined) checkBesideTable(command, given, reporter)
      const tableFile = options.new_calibration_table ?? `${name}${given === undefined ? '' : '_searched'}_cali_table`
      await files.claim([planFile, tableFile])
      const choice = await sampleChoice(options.data)
      await noteSamples({ ...choice, inputNum: options.input_num }, context)
      const read = await readModel(model, { files, ...(options.weights === undefined ? {} : { weights: options.weights }) })
      const graph = model.endsWith('.onnx') ? withPreprocess(read, preprocessOptions(options)) : read
      const floatMode = floatModeOf(options.fp_type, target)
      const base = findFloatLayers(graph, await floatLayerChoice(options, context), target, floatMode)
      if (options.pre_qtable !== undefined) noteFloatLayerOptions(options, '--pre_qtable says which layers stay in float', context)
      if (options.pre_qtable === undefined) reporter.print(base.line)
      const pinned: Plan =
        options.pre_qtable === undefined ? base.plan : await readPlan(options.pre_qtable, graph, target, context, '--pre_qtable')
      const searched = await searchPlan(
        {
          ...settings,
          graph,
          chip,
          mode: modeOf(options.quantize ?? usualMode(target, 'integers'), target, ['--quantize']),
          floatMode,
          settings: settingsOf(options),
          chosen,
          model,
          samples: { ...choice, inputNum: options.input_num, bins: 2048, tuneNum: options.tune_num },
          ...(given === undefined ? {} : { table: await readCalibrationTable(given, graph, context), givenTable: given }),
          pinned,
          ...(options.pre_qtable === undefined ? { floatLayers: base } : {}),
          mayLackTable: true,
          planFile,
          tableFile,
          namesTable: options.new_calibration_table !== undefined,
        },
        context,
      )
      const own = ownPlanFile(chip, graph, searched.plan, name, context)
      if (own !== undefined) await files.claim([own.name])
      await files.write(new Map([...searched.files, ...(own === undefined ? [] : [[own.name, own.text] as const])]))
      await searched.finished()
      tellSearch({ ...searched, planFile, seconds: (performance.now() - startedAt) / 1000 }, chosen, context)
      reporter.print(`files: ${[...searched.files.keys(), ...(own === undefined ? [] : [own.name])].join(', ')}`)
      checkReached(searched.found, chosen, planFile)
      return undefined
    }),
  )
}

/** The plan as the chip's own tools take it; where they cannot say the network, the quantization table is all there is. */
function ownPlanFile({ backend }: Chip, graph: Graph, plan: Plan, name: string, { reporter }: Context): PlanFile | undefined {
  try {
    return backend.planFile?.(graph, plan, name)
  } catch (error) {
    if (!isQError(error)) throw error
    reporter.note(`note: no list for the chip's own tools: ${error.message}${error.found === undefined ? '' : ` (${error.found})`}`)
    return undefined
  }
}

/** Where a table gives the thresholds, none are made: what says how is refused where it asks for others, and named where it only says how well. @throws QError `OPTION_WITHOUT_EFFECT` */
function checkBesideTable(command: Command, table: string, reporter: Reporter): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli'
  if (isGiven('methods'))
    throw new QError('OPTION_WITHOUT_EFFECT', '--methods has no effect with --calibration_table', {
      at: ['--methods'],
      found: `--calibration_table ${table}, whose thresholds are taken, and --methods`,
      wanted: 'one of them',
      hint: 'leave --methods out, or --calibration_table to let the search choose between methods',
      kind: 'usage',
    })
  for (const name of ['input_num', 'tune_num'])
    if (isGiven(name)) reporter.note(`note: --${name} has no effect here: thresholds are those of ${table}`)
}
