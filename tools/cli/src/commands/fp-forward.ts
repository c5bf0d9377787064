import { type FloatLayer, floatRegions, parseBlocks, parseNames } from '@q/fpfwd'
import { didYouMean, type Graph, QError } from '@q/ir'
import type { Context } from '../context.ts'
import { addVendorOptions, checkVendorOptions, withoutEffect } from '../options/vendor-options.ts'
import { countLayers } from '../pipeline/count-layers.ts'
import { planText } from '../search/found-tables.ts'
import { readModel } from '../wiring/read-model.ts'
import type { DefineCommand } from './command.ts'
import { addChipOptions, chipOf, subcommand } from './command.ts'
import { addVendorSearchOptions, floatModeOf } from './search-options.ts'

const vendorOptions = [withoutEffect('--quantize <mode>', 'mode of the other layers, which model_deploy is told')]

interface Options {
  readonly fpfwd_inputs?: string
  readonly fpfwd_outputs?: string
  readonly fpfwd_blocks?: readonly string[]
  readonly vendorExact?: boolean
  readonly quantize_free_table?: string
  readonly print?: boolean
}

/** `fp_forward`: layers before, after or between others stay in float. */
export const defineFpForward: DefineCommand = (program, start) => {
  const command = subcommand(
    program,
    'fp_forward',
    'write the quantization table that keeps the layers before, after or between those named in float',
  )
    .argument('<mlir_file>', 'the Top .mlir file')
    .option('--fpfwd_inputs <names>', 'these layers and all before them, joined by commas')
    .option('--fpfwd_outputs <names>', 'these layers and all after them, joined by commas')
    .option(
      '--fpfwd_blocks <blocks...>',
      'what lies between layers, these included: start:end or start1,start2:end1,end2, one or more; or starts and ends by turns',
    )
    .option('--vendor-exact', 'as TPU-MLIR 1.30.2: stop at layers with several results, write also names that the network does not have')
    .option('--print', 'show the layers and why each was chosen, and write nothing')
    .option('-o, --quantize_free_table <file>', 'output quantization table')
    .option('--weights <file>', 'weight file, in place of the one the model names')
  addVendorSearchOptions(command, ['fp_type'])
  addChipOptions(command, { required: true, purpose: 'whose float type the layers get' })
  addVendorOptions(command, vendorOptions)
  command.action((file: string, options) =>
    start(async (context) => {
      checkVendorOptions(command, vendorOptions, context.reporter)
      checkGiven(options)
      const output: string | undefined = options.print === true ? undefined : options.quantize_free_table
      if (output !== undefined) await context.files.claim([output])
      const { target } = (await chipOf(options, context)).backend
      const floatMode = floatModeOf(options.fp_type, target)
      const graph = await readModel(file, {
        files: context.files,
        ...(options.weights === undefined ? {} : { weights: options.weights }),
      })
      const layers = floatRegions(graph, regionsOf(options, graph))
      noteUnknown(layers, graph, context)
      if (output !== undefined) {
        const plan = new Map(layers.map(({ layer }) => [layer, floatMode]))
        const header = { graph, chip: target.name, floatMode, form: 'classic' } as const
        await context.files.write(new Map([[output, planText(plan, header, context)]]))
        context.reporter.print(`${output}: ${countOf(layers, graph)} in ${floatMode}`)
      } else showLayers(layers, graph, context)
      context.reporter.event('regions', { model: file, mode: floatMode, layers, ...(output === undefined ? {} : { output }) })
      return undefined
    }),
  )
}

function checkGiven({ fpfwd_inputs, fpfwd_outputs, fpfwd_blocks, quantize_free_table, print }: Options): void {
  if (quantize_free_table === undefined && print !== true) throw missing('a table needs a name', '-o <file>, or --print to look only')
  if (fpfwd_inputs === undefined && fpfwd_outputs === undefined && fpfwd_blocks === undefined)
    throw missing('no layers are named', '--fpfwd_inputs, --fpfwd_outputs or --fpfwd_blocks')
}

function missing(message: string, wanted: string): QError {
  const hint = 'take the names of layers from `q graph`'
  return new QError('OPTION_REQUIRED', message, { at: ['fp_forward'], found: 'none of them', wanted, hint, kind: 'usage' })
}

function regionsOf({ fpfwd_inputs: inputs, fpfwd_outputs: outputs, fpfwd_blocks: words = [], vendorExact = false }: Options, graph: Graph) {
  const names = new Set([...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap((node) => node.outputs)])
  const isLayer = (name: string): boolean => names.has(name)
  const namesIn = (text: string | undefined): readonly string[] => (text === undefined ? [] : parseNames(text, isLayer))
  return { inputs: namesIn(inputs), outputs: namesIn(outputs), blocks: parseBlocks(words, isLayer), vendorExact }
}

const operatorsOf = (graph: Graph): ReadonlyMap<string, string> =>
  new Map([
    ...graph.inputs.map(({ name }) => [name, 'Input'] as const),
    ...graph.nodes.flatMap(({ op, outputs }) => outputs.map((name) => [name, op] as const)),
  ])

/** Names that the network does not have are written as TPU-MLIR writes them, and told. */
function noteUnknown(layers: readonly FloatLayer[], graph: Graph, { reporter }: Context): void {
  const known = operatorsOf(graph)
  for (const { layer } of layers)
    if (!known.has(layer))
      reporter.note(
        `warning: the network has no layer ${layer}, which the table names all the same, as TPU-MLIR's does; ${didYouMean(layer, known.keys(), 'take the names from `q graph`')}`,
      )
}

/** A line for each layer: its name, its operator, why it is there. */
function showLayers(layers: readonly FloatLayer[], graph: Graph, { reporter }: Context): void {
  const operators = operatorsOf(graph)
  const rows = layers.map(({ layer, why }) => [layer, operators.get(layer) ?? 'none', why.join('; ')] as const)
  const widest = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length))
  for (const [layer, op, why] of rows) reporter.print(`${layer.padEnd(widest(0))}  ${op.padEnd(widest(1))}  ${why}`)
  reporter.print(countOf(layers, graph))
}

const countOf = (layers: readonly FloatLayer[], graph: Graph): string =>
  countLayers(
    layers.map(({ layer }) => layer),
    graph,
  )
