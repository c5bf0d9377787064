import { basename } from 'node:path'
import { sensitiveLayer } from '@q/mixprec'
import { usualMode } from '../chips/chip-modes.ts'
import { parseCount } from '../options/parse.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { runVendorSearch } from '../search/vendor-search.ts'
import { moreThan, withQSearch } from '../search/ways-out.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addSampleOptions, addThresholdOptions, calibrationOf } from './sample-options.ts'
import { addVendorSearchOptions, asksForSamples, floatModeOf } from './search-options.ts'

const vendorOptions = [
  withoutEffect('--cali_method <method>', 'the methods are fixed: max, percentile9999, kl'),
  notYet('--debug_cmd <text>', 'variants of the search'),
]

/** How the tool spells methods in names of files. */
const spelled: Readonly<Record<string, string>> = { max: 'MAX', percentile9999: 'Percentile9999', kl: 'KL' }

/** `run_sensitive_layer`: every layer alone in codes, and the worst stay in float. */
export const defineRunSensitiveLayer: DefineCommand = (program, start) => {
  const command = subcommand(
    program,
    'run_sensitive_layer',
    'find the layers that lose most when they alone are in codes, and the best threshold of each',
  ).argument('<mlir_file>', 'the Top .mlir file')
  addSampleOptions(command, { purpose: 'calibrate on', count: 10 })
  command.option('--inference_num <count>', 'samples to measure on', parseCount(1), 10)
  addThresholdOptions(command)
    .option('--weights <file>', 'weight file, in place of the one the model names')
    .requiredOption('--calibration_table <file>', 'calibration table, as run_calibration wrote it')
    .option('--pre_qtable <table>', 'layers whose mode is decided: a file, or name:mode,name:mode')
    .requiredOption('-o, --quantize_table <file>', 'output quantization table')
  addVendorSearchOptions(command, ['expected_cos', 'max_float_layers', 'fp_type', 'global_compare_layers', 'post_process'])
  addChipOptions(command, { required: true })
  addVendorOptions(command, vendorOptions)
  command.action((file: string, options) =>
    start(async (context) => {
      checkVendorOptions(command, vendorOptions, context.reporter)
      const chip = await chipOf(options, context)
      const { target } = chip.backend
      await runVendorSearch(
        {
          mlir: file,
          ...(options.weights === undefined ? {} : { weights: options.weights }),
          chip,
          mode: usualMode(target, 'integers'),
          floatMode: floatModeOf(options.fp_type, target),
          table: options.calibration_table,
          calibration: calibrationOf(options),
          methods: ['max', 'percentile9999', 'kl'],
          spelled: (method) => spelled[method] ?? method,
          thresholds: 'choose',
          inferenceNum: options.inference_num,
          asksForSamples: asksForSamples(command),
          traits: { waysOut: [moreThan(options.max_float_layers), withQSearch] },
          reference: 'chip-float',
          strategy: sensitiveLayer({
            expectedCos: options.expected_cos,
            maxFloatLayers: options.max_float_layers,
            model: basename(file),
            qtable: options.quantize_table,
            ...(options.global_compare_layers === '' ? {} : { globalCompareLayers: options.global_compare_layers }),
          }),
          comparedLayers: options.global_compare_layers,
          ...(options.post_process === undefined ? {} : { postProcess: options.post_process }),
          expectedCos: options.expected_cos,
          ...(options.pre_qtable === undefined ? {} : { preQtable: options.pre_qtable }),
          quantizeTable: options.quantize_table,
          form: 'classic',
          files: { log: 'SensitiveLayerSearcher', graph: 'sensitive_layer_search_result', newTable: 'new_cali_table.txt' },
          success: 'success sensitive layer search',
          debugLog: false,
        },
        context,
      )
      return undefined
    }),
  )
}
