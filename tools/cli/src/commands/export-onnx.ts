import { QError } from '@q/ir'
import type { Chip } from '../chips/choose-chip.ts'
import { parseShapes } from '../options/parse.ts'
import { exportModel } from '../pipeline/export-model.ts'
import { chipNames } from '../wiring/backends.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'

/** Options that say how a float model is quantized. */
const quantizing = ['quantize', 'calibration_table', 'quantize_table', 'asymmetric', 'high_precision']

/** `export_onnx`: any model file, float or quantized, as standard ONNX. */
export const defineExportOnnx: DefineCommand = (program, start) => {
  const command = addChipOptions(
    subcommand(program, 'export_onnx', 'write a model, float or quantized, as an ONNX file that any ONNX Runtime runs')
      .argument('<model>', 'the model: .onnx, Top or Tpu .mlir, a portable container')
      .requiredOption('--output <file>', 'the ONNX file to write'),
    { required: false, purpose: 'quantizes a float model first' },
  )
    .option('--quantize <mode>', 'mode of layers that no table names: one of the modes of the chip, such as INT8, F16, F32', 'F32')
    .option('--calibration_table <file>', 'calibration table, needed for integers')
    .option('--quantize_table <table>', 'modes of single layers: a file, or name:mode,name:mode')
    .option('--asymmetric', 'INT8 with zero points')
    .option('--high_precision', 'keep delicate operators in float32')
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--weights <file>', 'weight file, in place of the one the model names')
  command.action((model: string, options) =>
    start(async (context) => {
      const isQuantizing = quantizing.some((name) => command.getOptionValueSource(name) === 'cli')
      if (isQuantizing && options.processor === undefined) {
        throw new QError('CHIP_NEEDED', 'a float model is quantized for a chip', {
          at: [model],
          wanted: `--chip ${chipNames()[0]}`,
          hint: 'name the chip, or leave the options of quantization out to write the float model',
          kind: 'usage',
        })
      }
      const chip: Chip | undefined = options.processor === undefined ? undefined : await chipOf(options)
      await exportModel(
        {
          model,
          output: options.output,
          isQuantizing,
          mode: options.quantize,
          asymmetric: options.asymmetric === true,
          highPrecision: options.high_precision === true,
          ...(chip === undefined ? {} : { chip }),
          ...(options.calibration_table === undefined ? {} : { calibrationTable: options.calibration_table }),
          ...(options.quantize_table === undefined ? {} : { quantizeTable: options.quantize_table }),
          ...(options.weights === undefined ? {} : { weights: options.weights }),
          ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
        },
        context,
      )
      return undefined
    }),
  )
}
