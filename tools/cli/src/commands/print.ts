import type { Graph } from '@q/ir'
import { printGraph, QError } from '@q/ir'
import { InvalidArgumentError, Option } from 'commander'
import type { Context } from '../context.ts'
import { parseNames, parseShapes } from '../options/parse.ts'
import type { QuantizationOptions } from '../pipeline/read-quantization.ts'
import { quantizationOf } from '../pipeline/read-quantization.ts'
import { resolveWithoutSamples } from '../pipeline/resolve-without-samples.ts'
import { describeModel, readModel } from '../wiring/read-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addQuantizationOptions, quantizationGiven } from './quantization-options.ts'

const stages = ['stored', 'imported', 'canonical', 'resolved'] as const

/** `print`: a model as text. */
export const definePrint: DefineCommand = (program, start) => {
  const command = subcommand(program, 'print', 'show a model as text, one node a line: as imported, canonical, or resolved for a chip')
    .argument('<model>', 'any model file: .onnx, .mlir, a portable container')
    .addOption(
      new Option(
        '--stage <stage>',
        "stored: what a chip's model file says of itself, chip commands or not; imported: as the file has it; canonical: as the tables name it; resolved: quantized, a float model for --chip; resolved with --chip, else canonical, when absent",
      ).choices(stages),
    )
    .option('--constants <count>', 'print constants of up to so many elements, or all; longer ones as the word constant', parseLongest, 16)
    .option('-o, --output <file>', 'write the text to a file')
    .option('--input_shapes <shapes>', 'fix the input shapes of an ONNX model, like [[1,3,224,224]]', parseShapes)
    .option('--output_names <names>', 'cut an ONNX model at these tensors', parseNames)
    .option('--weights <file>', 'weight file, in place of the one the model names')
  addQuantizationOptions(addChipOptions(command, { required: false, purpose: 'what the model is resolved for' }))
  command.action((model: string, options) =>
    start(async (context) => {
      if (options.output !== undefined) await context.files.claim([options.output])
      const { text, nodes } = await textOf(model, options, context)
      if (options.output === undefined) context.reporter.print(text.trimEnd())
      else {
        await context.files.write(new Map([[options.output, text]]))
        context.reporter.print(nodes === undefined ? options.output : `${options.output}: ${nodes} nodes`)
      }
      context.reporter.event('printed', {
        model,
        ...(nodes === undefined ? {} : { nodes }),
        ...(options.output === undefined ? {} : { output: options.output }),
      })
      return undefined
    }),
  )
}

interface PrintOptions extends QuantizationOptions {
  readonly constants: number
  readonly stage?: (typeof stages)[number] | undefined
  readonly processor?: string
  readonly chip_options?: Readonly<Record<string, unknown>>
  readonly weights?: string
  readonly input_shapes?: readonly (readonly number[])[]
  readonly output_names?: readonly string[]
}

/** The text of a model, and how many nodes it has where it is one of a graph. */
async function textOf(model: string, options: PrintOptions, context: Context): Promise<{ readonly text: string; readonly nodes?: number }> {
  if (options.stage !== 'stored') {
    const graph = await graphOf(model, options, context)
    return { text: printGraph(graph, { longestConstant: options.constants }), nodes: graph.nodes.length }
  }
  refuseUnused(options.stage, options)
  const { processor } = options
  const chip = processor === undefined ? undefined : await chipOf({ ...options, processor }, context)
  return { text: await describeModel(model, { files: context.files, ...(chip === undefined ? {} : { backend: chip.backend }) }) }
}

async function graphOf(model: string, options: PrintOptions, context: Context): Promise<Graph> {
  const { processor, stage = processor === undefined ? 'canonical' : 'resolved' } = options
  const chip = processor === undefined ? undefined : await chipOf({ ...options, processor }, context)
  if (stage !== 'resolved') refuseUnused(stage, options)
  const graph = await readModel(model, {
    files: context.files,
    asImported: stage === 'imported',
    ...(chip === undefined ? {} : { backend: chip.backend }),
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    ...(options.input_shapes === undefined ? {} : { inputShapes: options.input_shapes }),
    ...(options.output_names === undefined ? {} : { outputNames: options.output_names }),
  })
  const isResolved = graph.properties['stage'] === 'quantized' && quantizationGiven(options).length === 0
  if (stage !== 'resolved' || isResolved) return graph
  if (chip === undefined) {
    throw new QError('OPTION_REQUIRED', 'a model is resolved for a chip', {
      at: ['print', '--stage resolved'],
      found: 'no --chip',
      wanted: '--chip',
      hint: 'name the chip, with --quantize and the tables',
      kind: 'usage',
    })
  }
  return resolveWithoutSamples(graph, chip, await quantizationOf(options, { graph, model }, chip, context), context).graph
}

/** A stage before the chip has nothing of what these options say. @throws QError `OPTION_WITHOUT_EFFECT` */
function refuseUnused(stage: string, options: PrintOptions): void {
  const given = quantizationGiven(options)
  if (given.length === 0) return
  throw new QError('OPTION_WITHOUT_EFFECT', `a model at the stage ${stage} is not quantized`, {
    at: ['print'],
    found: given.map((each) => `--${each}`).join(', '),
    wanted: 'the stage resolved, with --chip',
    hint: 'take --stage resolved, or leave these options out',
    kind: 'usage',
  })
}

function parseLongest(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('wanted a whole number, or all.')
  return value
}
