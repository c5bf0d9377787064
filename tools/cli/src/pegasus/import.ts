import { modelOfNetwork, networkDigest, networkLayers, printModel, writeGraph } from '@q/backend-acuity'
import { errorAt, isQError, QError } from '@q/ir'
import type { DefineCommand } from '../commands/command.ts'
import { readModel } from '../wiring/read-model.ts'
import { parseSizes } from './options.ts'

/** `pegasus import onnx`: a model file and its coefficients. */
export const defineImport: DefineCommand = (pegasus, start) => {
  const group = pegasus.command('import').description('a float model as a model file and its coefficients')
  group
    .command('onnx')
    .description('an ONNX model as N.json and N.data; the toolkit cannot read this N.data, whose own form is closed')
    .requiredOption('--model <file>', 'the ONNX model')
    .requiredOption('--output-model <file>', 'the model file to write: N.json')
    .requiredOption('--output-data <file>', 'the coefficients to write: N.data')
    .option('--inputs <names>', 'inputs of the network, separated by spaces; those of the model are taken, other ones are refused')
    .option('--outputs <names>', 'cut the network at these tensors, separated by spaces')
    .option('--input-size-list <sizes>', 'sizes of inputs, 3,224,224#12,1; without the batch unless --size-with-batch says so')
    .option('--size-with-batch <words>', 'whether sizes have the batch, True or False, one for each input, separated by commas')
    .option('--json', 'print JSON events, one a line')
    .action((options) =>
      start(async (context) => {
        const { files, reporter } = context
        await files.claim([options.outputModel, options.outputData])
        const inputShapes = options.inputSizeList === undefined ? undefined : parseSizes(options.inputSizeList, options.sizeWithBatch)
        const graph = await inOwnWords(readModel, options.model, {
          files,
          ...(options.outputs === undefined ? {} : { outputNames: options.outputs.trim().split(/\s+/) }),
          ...(inputShapes === undefined ? {} : { inputShapes }),
        })
        const names = graph.inputs.map(({ name }) => name)
        const wanted: readonly string[] = options.inputs?.trim().split(/\s+/) ?? names
        if (wanted.length !== names.length || wanted.some((name) => !names.includes(name)))
          throw new QError('ACUITY_INPUTS', 'the network is not cut at its inputs', {
            at: ['--inputs'],
            found: wanted.join(' '),
            wanted: names.join(' '),
            hint: 'leave --inputs out, or cut the ONNX model at these tensors first',
            kind: 'usage',
          })
        const layers = networkLayers(graph)
        await files.write(
          new Map<string, string | Uint8Array>([
            [options.outputModel, printModel(modelOfNetwork(layers, networkDigest(graph)))],
            [options.outputData, writeGraph(graph)],
          ]),
        )
        reporter.note(`note: ${options.outputData} is a file of this program: those of the toolkit are closed`)
        reporter.print(
          `${options.outputModel}: ${layers.layers.size} layers; inputs ${names.join(', ')}; outputs ${graph.outputs.join(', ')}`,
        )
        return undefined
      }),
    )
}

/** What reading a model says, with the options of this command where an advice names those of others. */
async function inOwnWords<Args extends readonly unknown[], Made>(read: (...args: Args) => Promise<Made>, ...args: Args): Promise<Made> {
  try {
    return await read(...args)
  } catch (error) {
    throw isQError(error) && error.hint !== undefined ? errorAt(error, error.at, error.message, ownWords(error.hint)) : error
  }
}

const ownWords = (hint: string): string =>
  hint
    .replaceAll(/--input_shapes,? (\[\[[\d,[\]]*\]\])/g, (_, shapes: string) => `--input-size-list ${sizesOf(JSON.parse(shapes))}`)
    .replaceAll('--input_shapes', '--input-size-list')
    .replaceAll('--output_names', '--outputs')

/** Shapes as this command takes them: without the batch, inputs with # between them. */
const sizesOf = (shapes: readonly (readonly number[])[]): string => shapes.map((shape) => shape.slice(1).join(',')).join('#')
