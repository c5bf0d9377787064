import type { Chip } from '../chips/choose-chip.ts'
import { parseShapes } from '../options/parse.ts'
import { exportModel } from '../pipeline/export-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addQuantizationOptions, chipNeeded, isQuantizationGiven } from './quantization-options.ts'

/** `export_onnx`: any model file, float or quantized, as standard ONNX. */
export const defineExportOnnx: DefineCommand = (program, start) => {
  const command = addQuantizationOptions(
    addChipOptions(
      subcommand(program, 'export_onnx', 'write a model, float or quantized, as an ONNX file that ONNX Runtime 1.18 and newer runs')
        .argument('<model>', 'the model: .onnx, Top or Tpu .mlir, a portable container')
        .requiredOption('--output <file>', 'the ONNX file to write'),
      { required: false, purpose: 'quantizes a float model first' },
    ),
  )
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--weights <file>', 'weight file, in place of the one the model names')
  command.action((model: string, options) =>
    start(async (context) => {
      const isQuantizing = isQuantizationGiven(options)
      if (isQuantizing && options.processor === undefined) {
        throw chipNeeded(model)
      }
      await context.files.claim([options.output])
      const chip: Chip | undefined = options.processor === undefined ? undefined : await chipOf(options, context)
      await exportModel(
        {
          model,
          output: options.output,
          isQuantizing,
          quantizing: options,
          ...(chip === undefined ? {} : { chip }),
          ...(options.weights === undefined ? {} : { weights: options.weights }),
          ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
        },
        context,
      )
      return undefined
    }),
  )
}
