import { parseQuantMode, QError } from '@q/ir'
import { parseShapes } from '../options/parse.ts'
import { exportModel } from '../pipeline/export-model.ts'
import { chipNames } from '../wiring/backends.ts'
import type { DefineCommand } from './command.ts'
import { subcommand } from './command.ts'

/** `export_onnx`: any model file, float or quantized, as standard ONNX. */
export const defineExportOnnx: DefineCommand = (program, start) => {
  const command = subcommand(program, 'export_onnx', 'write a model, float or quantized, as an ONNX file that any ONNX Runtime runs')
    .argument('<model>', 'the model: .onnx, Top or Tpu .mlir, portable container')
    .requiredOption('--output <file>', 'the ONNX file to write')
    .option('--chip, --processor <name>', `quantize a float model for this chip first: ${chipNames().join(', ')}`)
    .option('--quantize <mode>', 'mode of layers that no table names: INT8, F16, F32; with --chip', 'F32')
    .option('--calibration_table <file>', 'calibration table, needed for INT8')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
    .option('--asymmetric', 'INT8 with zero points')
    .option('--high_precision', 'keep delicate operators in float32')
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--weights <file>', 'weight file, in place of the one the model names')
  command.action((model: string, options) =>
    start(async (context) => {
      const { calibration_table: table, quantize_table: plan, asymmetric, high_precision: highPrecision } = options
      const mode = parseQuantMode(options.quantize, ['--quantize'])
      const wantsChip =
        table !== undefined || plan !== undefined || asymmetric || highPrecision || command.getOptionValueSource('quantize') === 'cli'
      if (wantsChip && options.processor === undefined) {
        throw new QError('CHIP_NEEDED', 'a float model is quantized for a chip', {
          at: [model],
          wanted: `--chip ${chipNames()[0]}`,
          hint: 'name the chip, or leave the options of quantization out to write the float model',
          kind: 'usage',
        })
      }
      await exportModel(
        {
          model,
          output: options.output,
          ...(options.weights === undefined ? {} : { weights: options.weights }),
          ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
          ...(options.processor === undefined
            ? {}
            : {
                quantize: {
                  chip: options.processor,
                  mode,
                  asymmetric: asymmetric === true,
                  highPrecision: highPrecision === true,
                  ...(table === undefined ? {} : { calibrationTable: table }),
                  ...(plan === undefined ? {} : { quantizeTable: plan }),
                },
              }),
        },
        context,
      )
      return undefined
    }),
  )
}
