import { Option } from 'commander'
import { checkModelName } from '../chips/check-model-name.ts'
import { parseNames, parseTolerance } from '../options/parse.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { graphWithGivenMeans } from '../pipeline/channel-means.ts'
import { deploy } from '../pipeline/deploy.ts'
import { noteUnusedTable } from '../pipeline/former-table.ts'
import { quantizationOf } from '../pipeline/read-quantization.ts'
import { noteTestInputs } from '../pipeline/sample-files.ts'
import { readModel } from '../wiring/read-model.ts'
import { addBoundaryOptions, boundaryOf } from './boundary-options.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addCompilerOptions, forCompiler } from './compiler-options.ts'
import { addPictureOptions, picturesOf } from './picture-options.ts'
import { addQuantizationOptions } from './quantization-options.ts'
import { addSampleOptions, samplesOf } from './sample-options.ts'

const vendorOptions = [
  withoutEffect('--q_group_size <size>', 'group size of W4 and W8 modes'),
  notYet('--q_symmetric', 'symmetric W4 and W8 modes'),
  notYet('--ignore_f16_overflow', 'keep some operators out of float16'),
  notYet('--gen_test_input', 'make a test input'),
  notYet('--gen_test_seed <seed>', 'seed of --gen_test_input'),
  withoutEffect('--cache_skip', 'skip comparing what was compared before'),
  notYet('--fazzy_match', 'match tensors by their values'),
  withoutEffect('--cuda', 'run on a GPU'),
  notYet('--ip <user@ip>', 'run on a remote board'),
  notYet('--pwd <password>', 'password of --ip'),
  withoutEffect('--num_device <count>', 'devices'),
  withoutEffect('--num_core <count>', 'cores'),
  withoutEffect('--layer_group_config <file>', 'layer groups'),
  withoutEffect('--shape_secs_search_strategy <id>', 'layer group search'),
  withoutEffect('--disable_structure_detect_opt', 'layer group detection'),
  notYet('--save_io_alone_config <file>', 'io_alone configuration'),
  notYet('--use_io_alone_config <file>', 'io_alone configuration'),
  notYet('--use_rewriter_config', 'rewriter configuration'),
  withoutEffect('--enable_lghash', 'layer group hashes'),
  withoutEffect('--lghash_dir <folder>', 'layer group hashes'),
  withoutEffect('--debug', 'keep intermediate files; the lowered files are kept always'),
  withoutEffect('--log_level <level>', 'how much the original program prints'),
  withoutEffect('--disable_gdma_check', 'compiler check'),
  notYet('--trunc_final <names...>', 'cut the final model'),
  notYet('--merge_weight', 'weights of several models in one file'),
  notYet('--do_winograd', 'Winograd convolutions'),
  withoutEffect('--includeWeight', 'weights inside the text'),
  withoutEffect('--patterns_count <counts>', 'expected numbers of applied patterns'),
  notYet('--matmul_perchannel', 'one scale for each column of a matrix product'),
  notYet('--time_fixed_subnet <mode>', 'split by time'),
  notYet('--subnet_params <params>', 'parameters of --time_fixed_subnet'),
  notYet('--io_alone', 'io_alone addresses'),
  notYet('--enable_maskrcnn', 'Mask R-CNN rewrites'),
  withoutEffect('--global_op_types <types>', 'operators kept out of layer groups'),
  withoutEffect('--debug_cmd <text>', 'debugging of the original program'),
]

/** `model_deploy`: a Top file and its tables to the files of a chip. */
export const defineModelDeploy: DefineCommand = (program, start) => {
  const command = addQuantizationOptions(
    addChipOptions(
      subcommand(program, 'model_deploy', "quantize a Top .mlir file for a chip, compare it, and write the chip's files").requiredOption(
        '--mlir <file>',
        'the Top .mlir file',
      ),
      { required: true },
    ),
  )
    .requiredOption(
      '--model <file>',
      "output model, such as m.bmodel; without the chip's toolchain a portable one with an ending of its own",
    )
    .option('--keep_model_name', "give a portable container the very name of --model, as if it were the chip's own")
    .option('--test_input <files>', 'npz, npy or image to compare with')
    .option('--test_reference <file>', "npz of the float model's tensors; run here when absent")
    .option('--compare_all', 'compare every tensor, not only the outputs')
    .option('--tolerance <cosine,euclidean>', 'similarity with the float model to exceed; by mode when absent', parseTolerance)
    .option('--correctness <cosine,euclidean>', "similarity of the chip's model with the lowered one to exceed", parseTolerance)
    .option('--excepts <names>', 'tensors that are not compared', parseNames, [])
    .option('--skip_validation', 'do not compare')
    .option('--force', 'write the model file although it misses the tolerance')
    .option('--not_gen_bmodel', "stop after the files for the chip's compiler")
    .option('--vendor <folder>', "folder of the chip's toolchain; looked for where its back end expects it when absent")
    .option('--weights <file>', 'weight file, in place of the one the model names')
    .addOption(new Option('--gelu_mode <mode>', 'how GELU is approximated').choices(['normal']).default('normal'))
  addSampleOptions(command, { purpose: 'take the means of channels of, on chips that make up for rounded weights by them', count: 100 })
  addBoundaryOptions(command)
  addPictureOptions(command)
  addCompilerOptions(command)
  addVendorOptions(command, vendorOptions)
  command.action((options) =>
    start(async (context) => {
      checkVendorOptions(command, vendorOptions, context.reporter)
      const { files } = context
      const boundary = boundaryOf(options)
      const pictures = picturesOf(options)
      const release = await files.claim(options.not_gen_bmodel ? [] : [options.model])
      await noteTestInputs([options.test_input, options.test_reference], context)
      const chip = await chipOf(options, context)
      checkModelName(options.model, chip.backend)
      const compiling = forCompiler(command.opts(), chip.backend, context.reporter)
      const float = await readModel(options.mlir, {
        files,
        ...(options.weights === undefined ? {} : { weights: options.weights }),
      })
      const quantization = await quantizationOf(options, { graph: float, model: options.mlir }, chip, context)
      const graph = await graphWithGivenMeans(float, { chip, quantization, samples: samplesOf(options) }, context)
      if (options.quantize_table === undefined && quantization.table !== undefined)
        await noteUnusedTable(graph, options.calibration_table, context)
      // Where the model goes in the end, the family says.
      release()
      const {
        resolved: _,
        comparisons,
        ...deployed
      } = await deploy(
        {
          graph,
          ...quantization,
          ...(boundary === undefined ? {} : { boundary }),
          ...(pictures === undefined ? {} : { pictures }),
          ...compiling,
          chip,
          model: options.model,
          keepModelName: options.keep_model_name === true,
          ...(options.test_input === undefined || options.skip_validation ? {} : { testInput: options.test_input }),
          ...(options.test_reference === undefined ? {} : { testReference: options.test_reference }),
          compareAll: options.compare_all === true,
          ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
          ...(options.correctness === undefined ? {} : { correctness: options.correctness }),
          excepts: options.excepts,
          notGenBmodel: options.not_gen_bmodel === true,
          force: options.force === true,
          ...(options.vendor === undefined ? {} : { vendor: options.vendor }),
        },
        context,
      )
      if (comparisons.length === 0)
        context.reporter.note(`nothing was compared: ${options.skip_validation ? '--skip_validation' : 'there is no --test_input'}`)
      context.reporter.print(`files: ${deployed.files.join(', ')}`)
      context.reporter.event('deployed', { ...deployed, compared: comparisons.length })
      return { passed: deployed.passed }
    }),
  )
}
