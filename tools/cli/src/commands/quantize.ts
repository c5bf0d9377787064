import { QError } from '@q/ir'
import { modeOf, needsRanges, noteHighPrecision, usualMode } from '../chips/chip-modes.ts'
import { parseCount, parseNames, parsePlainName, parseShapes, parseTolerance } from '../options/parse.ts'
import { quantize } from '../pipeline/quantize.ts'
import { sampleChoice } from '../pipeline/sample-choice.ts'
import { shellPath } from '../shell/shell-word.ts'
import { addBoundaryOptions, boundaryOf } from './boundary-options.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addFloatLayerOptions, floatLayerChoice, noteFloatLayerOptions } from './float-layer-options.ts'
import { addMethodOption, methodOf } from './method-option.ts'
import {
  addOwnSearchOptions,
  checkReached,
  isSearchWanted,
  noteUnused,
  searchSettings,
  strategyOf,
  tellSearch,
} from './own-search-options.ts'
import { addPreprocessOptions, preprocessOptions } from './preprocess-options.ts'
import { addSettingOptions, settingsOf } from './quantization-options.ts'
import { floatModeOf } from './search-options.ts'

/** `quantize`: the main job in one go. */
export const defineQuantize: DefineCommand = (program, start) => {
  const command = addPreprocessOptions(
    addChipOptions(
      subcommand(program, 'quantize', 'the whole job at once: a float ONNX model and samples to the files of a chip')
        .argument('<model>', 'the float ONNX model')
        .requiredOption('--data <path>', 'folder of samples (images, npz, npy), or a list of them'),
      { required: true },
    )
      .option('--name <name>', 'name of the model; files are named after it', parsePlainName)
      .option(
        '--quantize <mode>',
        'mode of layers that no table names, one of the chip; INT8 when absent, or the first of a chip without it',
      )
      .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
      .option('--input_shapes <shapes>', 'fix the input shapes, like [[1,3,224,224]]', parseShapes)
      .option('--output_names <names>', 'cut the model at these tensors', parseNames)
      .option('--input_num <count>', 'samples to calibrate on; 0 for all', parseCount(0), 100)
      .option('--tune_num <count>', 'samples to tune thresholds on; 0 for none', parseCount(0), 5)
      .option('--compare_data <path>', 'folder or list of samples to compare on; the calibration samples when absent')
      .option('--compare_num <count>', 'samples to compare float and quantized model on', parseCount(0), 10)
      .option('--tolerance <cosine,euclidean>', 'median similarity with the float model to exceed; by mode when absent', parseTolerance)
      .option('--force', 'write the model file although it misses the tolerance')
      .option('--vendor <folder>', "folder of the chip's toolchain; looked for where its back end expects it when absent"),
  )
  addSettingOptions(command)
  addBoundaryOptions(command)
  addMethodOption(command)
  addFloatLayerOptions(command)
  addOwnSearchOptions(command)
  command.action((model: string, options) =>
    start(async (context) => {
      const startedAt = performance.now()
      const { reporter } = context
      const method = methodOf(options)
      const boundary = boundaryOf(options)
      const chip = await chipOf(options, context)
      if (model.endsWith('.mlir')) throw ofTopFile(model)
      if (!model.endsWith('.onnx')) {
        throw new QError('MODEL_KIND', `${model} is no ONNX model`, {
          at: [model],
          found: model,
          wanted: 'a .onnx file',
          hint: 'export the model to ONNX',
          kind: 'usage',
        })
      }
      noteHighPrecision(options.high_precision, chip.backend.target, reporter)
      const chosen = isSearchWanted(options) ? await strategyOf(options, context) : undefined
      if (chosen === undefined) noteUnused(command, reporter)
      const choice = await sampleChoice(options.data)
      const floatMode = floatModeOf(options.fp_type, chip.backend.target)
      const mode = modeOf(options.quantize ?? usualMode(chip.backend.target, 'integers'), chip.backend.target, ['--quantize'])
      if (!needsRanges(mode, chip.backend.target)) noteFloatLayerOptions(options, `all layers are ${mode}`, context)
      const { files, searched, agreement, passed, seconds, deployed } = await quantize(
        {
          model,
          chip,
          mode,
          settings: settingsOf(options),
          ...(boundary === undefined ? {} : { boundary }),
          preprocess: preprocessOptions(options),
          floatLayers: { ...(await floatLayerChoice(options, context)), mode: floatMode },
          compareNum: options.compare_num,
          ...(options.compare_data === undefined ? {} : { compareData: options.compare_data }),
          ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
          calibration: {
            ...choice,
            inputNum: options.input_num,
            method,
            bins: 2048,
            tuneNum: options.tune_num,
          },
          ...(options.name === undefined ? {} : { name: options.name }),
          ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
          ...(options.output_names === undefined ? {} : { outputNames: options.output_names }),
          force: options.force === true,
          ...(options.quantize_table === undefined ? {} : { quantizeTable: options.quantize_table }),
          ...(options.vendor === undefined ? {} : { vendor: options.vendor }),
          ...(chosen === undefined ? {} : { search: { ...searchSettings(command, options, startedAt), chosen, floatMode } }),
        },
        context,
      )
      const isSearched = searched !== undefined && chosen !== undefined
      if (isSearched) tellSearch({ ...searched, seconds: searched.found.seconds }, chosen, context)
      reporter.print(`files: ${files.join(', ')}`)
      reporter.print(`time: ${seconds.toFixed(2)} s`)
      reporter.event('quantized', { files, agreement, seconds, container: deployed.container })
      if (isSearched) checkReached(searched.found, chosen, searched.planFile)
      return { passed }
    }),
  )
}

/** A Top file is quantized by the commands behind the import. */
const ofTopFile = (model: string): QError =>
  new QError('MODEL_KIND', `${model} is no ONNX model`, {
    at: [model],
    found: model,
    wanted: 'a .onnx file',
    hint: `from a Top file: q run_calibration ${shellPath(model)} --dataset FOLDER -o table, then q model_deploy --mlir ${shellPath(model)} --quantize INT8 --calibration_table table`,
    kind: 'usage',
  })
