import { loadTestInput } from '@q/data'
import type { Graph, Tensor } from '@q/ir'
import { isQError } from '@q/ir'
import { sampleInputs } from '@q/ir/graph'
import { encodeNpz } from '@q/npz'
import { onnxOutputNames } from '@q/onnx'
import { Option } from 'commander'
import type { Context } from '../context.ts'
import { parseShapes } from '../options/parse.ts'
import { addVendorOptions, checkVendorOptions, notYet, withoutEffect } from '../options/vendor-options.ts'
import { dumpTensors } from '../pipeline/dump-tensors.ts'
import { originalOutputs } from '../pipeline/original-model.ts'
import type { QuantizationOptions } from '../pipeline/read-quantization.ts'
import { quantizationOf } from '../pipeline/read-quantization.ts'
import { resolveWithoutSamples } from '../pipeline/resolve-without-samples.ts'
import { activationNames, outputsWithSources, runGraph } from '../pipeline/run-graph.ts'
import { noteTestInputs } from '../pipeline/sample-files.ts'
import { outputsAsItStands } from '../pipeline/unimported-model.ts'
import { exactExecutor, floatExecutor, referenceExecutor } from '../wiring/executors.ts'
import { readModel } from '../wiring/read-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addQuantizationOptions, chipNeeded, isQuantizationGiven, quantizationGiven } from './quantization-options.ts'

const vendorOptions = [
  notYet('--weight <file>', 'caffemodel of a Caffe model'),
  withoutEffect('--debug [text]', 'debugging of the original program'),
  withoutEffect('--cuda', 'run on a GPU'),
  notYet('--decrypt_lib <file>', 'library that decrypts a container'),
  notYet('--ip <user@ip>', 'run on a remote board'),
  notYet('--pwd <password>', 'password of --ip'),
]

/** `model_runner`: runs any model file once. */
export const defineModelRunner: DefineCommand = (program, start) => {
  const command = subcommand(
    program,
    'model_runner',
    'run a model (.onnx, Top or Tpu .mlir, portable container) on one input; a float one quantized for a chip with --quantize',
  )
    .requiredOption('--input <files>', 'npz, npy or image; a comma-separated list for several inputs')
    .requiredOption('--model <file>', 'the model')
    .option('--output <file>', 'npz file for the results', '_output.npz')
    .option('--dump_all_tensors', 'write every tensor, not only the outputs')
    .option('--out_fixed', 'write codes as float32 numbers instead of what they stand for')
    .option('--codes', 'write codes in their own types: int8, uint8, int32, float16, bits of bfloat16')
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--weights <file>', 'weight file, in place of the one the model names')
    .addOption(
      new Option('--executor <name>', 'what computes: ONNX Runtime, or the slow reference').choices(['ort', 'reference']).default('ort'),
    )
  addChipOptions(command, {
    required: false,
    purpose: 'whose model files are read, beside those of the chips that are known, and what --quantize is for',
  })
  addQuantizationOptions(command)
  addVendorOptions(command, vendorOptions)
  command.action((options) =>
    start(async (context) => {
      const { files, reporter } = context
      checkVendorOptions(command, vendorOptions, reporter)
      await files.claim([options.output])
      await noteTestInputs([options.input], context)
      const chip = options.processor === undefined ? undefined : await chipOf({ ...options, processor: options.processor }, context)
      const isQuantizing = isQuantizationGiven(options)
      if (isQuantizing && chip === undefined) throw chipNeeded(options.model)
      const tensorsOf = async (read: Graph): Promise<ReadonlyMap<string, Tensor>> => {
        const graph =
          isQuantizing && chip !== undefined
            ? resolveWithoutSamples(
                read,
                chip,
                await quantizationOf(options, { graph: read, model: options.model }, chip, context),
                context,
              ).graph
            : read
        return dumpOf(graph, await loadTestInput(options.input, sampleInputs(read), context.files.mostBytes), options, context)
      }
      const shapes = options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }
      const dump = await readModel(options.model, {
        files,
        ...(chip === undefined ? {} : { backend: chip.backend }),
        ...(options.weights === undefined ? {} : { weights: options.weights }),
        ...shapes,
      }).then(tensorsOf, (error: unknown) =>
        outputsAsItStands(error, { model: options.model, input: options.input, ...shapes, needGraph: graphWishes(options) }, context),
      )
      await files.write(new Map([[options.output, encodeNpz(dump)]]))
      reporter.print(`${options.output}: ${dump.size} tensors`)
      reporter.event('ran', { model: options.model, output: options.output, tensors: dump.size })
      return undefined
    }),
  )
}

/** The options of the user's that need the graph of a model. */
function graphWishes(options: RunOptions & QuantizationOptions): readonly string[] {
  return [
    ...(options.dump_all_tensors ? ['--dump_all_tensors'] : []),
    ...(options.executor === 'reference' ? ['--executor reference'] : []),
    ...quantizationGiven(options).map((name) => `--${name}`),
  ]
}

interface RunOptions {
  readonly model: string
  readonly executor: 'ort' | 'reference'
  readonly dump_all_tensors?: boolean
  readonly codes?: boolean
  readonly out_fixed?: boolean
  readonly input_shapes?: readonly (readonly number[])[]
}

/** The tensors to write: an ONNX file's outputs under its own names, all else under the names of the graph. */
async function dumpOf(
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions,
  context: Context,
): Promise<ReadonlyMap<string, Tensor>> {
  const { model, executor: name, dump_all_tensors: all, codes, out_fixed: fixed } = options
  const quantized = graph.properties['stage'] === 'quantized'
  if (model.endsWith('.onnx') && !quantized && !all && name === 'ort') return fileOutputs(graph, inputs, options, context)
  const executor = name === 'reference' ? referenceExecutor() : quantized ? exactExecutor() : floatExecutor()
  const tensors = await runGraph(graph, executor, inputs, all ? activationNames(graph) : outputsWithSources(graph))
  return dumpTensors(graph, tensors, codes ? 'codes' : fixed ? 'fixed' : 'floats')
}

/** The outputs of an ONNX file under its own names: as ONNX Runtime computes the file, or, where it has operators that ONNX Runtime does not know, as imported. */
async function fileOutputs(
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  { model, input_shapes: shapes }: RunOptions,
  { files, reporter }: Context,
): Promise<ReadonlyMap<string, Tensor>> {
  try {
    return await originalOutputs(model, sampleInputs(graph), inputs, shapes)
  } catch (error) {
    if (!isQError(error) || error.code !== 'MODEL_RUN') throw error
    reporter.note(`ONNX Runtime cannot run ${model} (${error.found}): it is run as imported`)
    const names = onnxOutputNames(await files.read(model), model)
    const tensors = await runGraph(graph, floatExecutor(), inputs, graph.outputs)
    return new Map(graph.outputs.map((name, i) => [names[i] ?? name, tensors.get(name)!]))
  }
}
