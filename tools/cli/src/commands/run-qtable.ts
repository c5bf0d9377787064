import { basename } from 'node:path'
import { runQtable } from '@q/mixprec'
import { usualMode } from '../chips/chip-modes.ts'
import { addVendorOptions, checkVendorOptions, notYet } from '../options/vendor-options.ts'
import { lossesOf } from '../search/search-summary.ts'
import { runVendorSearch } from '../search/vendor-search.ts'
import { otherFront, otherTable, withQSearch } from '../search/ways-out.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addSampleOptions, samplesOf } from './sample-options.ts'
import { addVendorSearchOptions, floatModeOf } from './search-options.ts'

const vendorOptions = [notYet('--debug_cmd <text>', 'variants of the search')]

/** `run_qtable`: layers become float from the front of the network, by their own similarity. */
export const defineRunQtable: DefineCommand = (program, start) => {
  const command = subcommand(
    program,
    'run_qtable',
    'find layers to keep in float from the front of the network on, by how similar each is itself',
  ).argument('<mlir_file>', 'the Top .mlir file')
  addSampleOptions(command, { purpose: 'measure on', count: 10 })
    .option('--weights <file>', 'weight file, in place of the one the model names')
    .requiredOption('--calibration_table <file>', 'calibration table, as run_calibration wrote it')
    .option('--loss_table <file>', 'output table of the similarity of every layer', 'full_loss_table.txt')
    .option('--pre_qtable <table>', 'layers whose mode is decided: a file, or name:mode,name:mode')
    .requiredOption('-o, --quantize_table <file>', 'output quantization table')
  addVendorSearchOptions(command, ['expected_cos', 'min_layer_cos', 'fp_type', 'global_compare_layers'])
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
          calibration: { ...samplesOf(options), bins: 2048, tuneNum: 0 },
          methods: [],
          thresholds: 'plain',
          inferenceNum: options.input_num,
          asksForSamples: false,
          traits: {
            losses: lossesOf.ownResult,
            waysOut: [
              otherFront({ minLayerCos: options.min_layer_cos, minLayerCosOption: '--min_layer_cos' }),
              otherTable('--calibration_table'),
              withQSearch,
            ],
          },
          reference: 'chip-float',
          strategy: runQtable({
            expectedCos: options.expected_cos,
            minLayerCos: options.min_layer_cos,
            model: basename(file),
            qtable: options.quantize_table,
          }),
          comparedLayers: options.global_compare_layers,
          expectedCos: options.expected_cos,
          ...(options.pre_qtable === undefined ? {} : { preQtable: options.pre_qtable }),
          quantizeTable: options.quantize_table,
          form: 'classic',
          files: { log: 'MixPrecSearcher', graph: 'mix_prec_result', lossTable: options.loss_table },
          debugLog: false,
        },
        context,
      )
      return undefined
    }),
  )
}
