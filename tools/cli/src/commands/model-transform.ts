import { parseNames, parsePlainName, parseShapes, parseTolerance } from '../options/parse.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { transform } from '../pipeline/transform.ts'
import type { DefineCommand } from './command.ts'
import { subcommand } from './command.ts'
import { addPreprocessOptions, preprocessOptions } from './preprocess-options.ts'

const vendorOptions = [
  notYet('--model_extern <files>', 'further model files'),
  notYet('--model_data <file>', 'caffemodel of a Caffe model'),
  withoutEffect('--input_types <types>', 'element types of the inputs; an ONNX file names them itself'),
  withoutEffect('--cache_skip', 'skip comparing what was compared before'),
  notYet('--add_postprocess <name>', 'append detection post-processing'),
  notYet('--pruning <file>', 'pruning configuration'),
  notYet('--onnx_sim <options>', 'options of onnx-sim, such as skip_fuse_bn'),
  withoutEffect('--do_onnx_sim <bool>', 'simplify the ONNX graph first; the importer folds constants always'),
  withoutEffect('--debug', 'keep intermediate files'),
  withoutEffect('--patterns_count <counts>', 'expected numbers of applied patterns'),
  notYet('--dynamic_shape_input_names <names>', 'inputs of dynamic shape'),
  notYet('--shape_influencing_input_names <names>', 'inputs whose values decide shapes'),
  notYet('--dynamic', 'keep dynamic axes'),
  notYet('--path_yaml <file>', 'options from a YAML file'),
  notYet('--op_custom_shape <json>', 'shapes of single operators'),
  notYet('--enable_maskrcnn', 'Mask R-CNN rewrites'),
  notYet('--replace_topk_indices <bool>', 'replace indices of TopK'),
  notYet('--yuv_type <type>', 'pixel format of YUV files'),
  notYet('--use_rewriter_config', 'rewriter configuration'),
  notYet('--struct_optimize <id>', 'preset of structural optimization'),
  withoutEffect('--log_level <level>', 'how much the original program prints'),
  withoutEffect('--debug_cmd <text>', 'debugging of the original program'),
]

/** `model_transform`: a float ONNX model to a Top file. */
export const defineModelTransform: DefineCommand = (program, start) => {
  const command = addPreprocessOptions(
    subcommand(program, 'model_transform', 'turn a float ONNX model into a Top .mlir file with its weights')
      .requiredOption('--model_name <name>', 'name of the model; files are named after it', parsePlainName)
      .requiredOption('--model_def <file>', 'the ONNX model')
      .requiredOption('--mlir <file>', 'output .mlir file')
      .option('--input_shapes <shapes>', 'fix the input shapes, like [[1,3,224,224],[10]]', parseShapes)
      .option('--output_names <names>', 'cut the model at these tensors', parseNames)
      .option('--test_input <files>', 'image, npz or npy file (a comma-separated list for several inputs) to run and compare with')
      .option('--test_result <file>', 'npz file for every tensor of that run')
      .option('--tolerance <cosine,euclidean>', 'similarity the outputs must exceed', parseTolerance, [0.99, 0.99] as const)
      .option('--excepts <names>', 'tensors that are not compared', parseNames, [])
      .option('--not_inference', 'do not run the test input'),
  )
  addVendorOptions(command, vendorOptions)
  command.action((options) =>
    start(async (context) => {
      checkVendorOptions(command, vendorOptions, context.reporter)
      const { comparison, uncompared, files } = await transform(
        {
          modelName: options.model_name,
          modelDef: options.model_def,
          mlir: options.mlir,
          inputShapes: options.input_shapes,
          outputNames: options.output_names,
          tolerance: options.tolerance,
          excepts: options.excepts,
          ...(options.not_inference ? {} : { testInput: options.test_input, testResult: options.test_result }),
          preprocess: preprocessOptions(options),
        },
        context,
      )
      if (uncompared !== undefined) context.reporter.note(`nothing was compared: ${options.not_inference ? '--not_inference' : uncompared}`)
      context.reporter.print(`files: ${files.join(', ')}`)
      return comparison
    }),
  )
}
