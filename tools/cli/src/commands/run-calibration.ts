import { usualMode } from '../chips/chip-modes.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { calibrateModel } from '../pipeline/calibrate-model.ts'
import { checkForChip } from '../pipeline/resolve-for-chip.ts'
import { noteSamples } from '../pipeline/sample-files.ts'
import { runVendorSearch } from '../search/vendor-search.ts'
import { readModel } from '../wiring/read-model.ts'
import { addCalibrationSearchOptions, calibrationSearch, noteSearchOptions, searchNameOf } from './calibration-search.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addMethodOption, methodOf } from './method-option.ts'
import { addSampleOptions, addThresholdOptions, calibrationOf, samplesOf } from './sample-options.ts'

const vendorOptions = [
  notYet('--we', 'weight equalization'),
  notYet('--bc', 'bias correction'),
  notYet('--sq', 'SmoothQuant'),
  notYet('--smc', 'softmax correction'),
  withoutEffect('--bc_inference_num <count>', 'samples of the bias correction'),
  notYet('--kurtosis_analysis', 'kurtosis of every layer'),
  notYet('--part_quantize <mode>', 'quantize some operators only'),
  notYet('--custom_operator <types>', 'operators of --part_quantize custom_mode'),
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
  addMethodOption(command)
  addChipOptions(command, { required: false, purpose: 'what the table is meant for' })
  addCalibrationSearchOptions(command)
  addVendorOptions(command, vendorOptions)
  command.action((file: string, options) =>
    start(async (context) => {
      const { files, reporter } = context
      checkVendorOptions(command, vendorOptions, reporter)
      const method = methodOf(options)
      const setting = calibrationOf(options)
      const search = searchNameOf(options)
      if (search !== undefined) {
        await runVendorSearch(await calibrationSearch(search, { mlir: file, method, setting, options }, context), context)
        return undefined
      }
      noteSearchOptions(command, reporter)
      await files.claim([options.calibration_table])
      const chip = options.processor === undefined ? undefined : await chipOf({ ...options, processor: options.processor }, context)
      const graph = await readModel(file, { files, ...(options.weights === undefined ? {} : { weights: options.weights }) })
      if (chip !== undefined) checkForChip(graph, chip, usualMode(chip.backend.target, 'integers'))
      await noteSamples(samplesOf(options), context)
      if (options.tune_list !== undefined) await noteSamples({ dataList: options.tune_list }, context)
      const { calibration, text, samples, finished } = await calibrateModel(
        graph,
        { mlir: file, table: options.calibration_table },
        { ...setting, method },
        context,
      )
      await files.write(new Map([[options.calibration_table, text]]))
      await finished()
      reporter.print(`real input_num = ${samples.count}`)
      reporter.print(`${options.calibration_table}: ${calibration.entries.size} rows`)
      reporter.event('calibrated', { table: options.calibration_table, rows: calibration.entries.size, samples: samples.count })
      return undefined
    }),
  )
}
