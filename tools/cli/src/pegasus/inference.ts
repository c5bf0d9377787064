import { join } from 'node:path'
import { parsePostprocess, printTensorText, tensorFileName } from '@q/backend-acuity'
import { type Graph, QError, type Tensor } from '@q/ir'
import { type Command, Option } from 'commander'
import type { Action, DefineCommand } from '../commands/command.ts'
import type { Context } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import { parseCount } from '../options/parse.ts'
import { dumpTensors } from '../pipeline/dump-tensors.ts'
import { activationNames, openGraph } from '../pipeline/run-graph.ts'
import { shellPath } from '../shell/shell-word.ts'
import { exactExecutor, floatExecutor } from '../wiring/executors.ts'
import { metaSamples } from './meta-samples.ts'
import { checkInputs, fedFiles, fedNames, readMeta } from './nbg-ports.ts'
import { deviceOption } from './options.ts'
import { networkOfTable, readTable } from './quantized-network.ts'
import { dataBeside, type ImportedNetwork, readNetwork } from './read-network.ts'

/** `pegasus inference`: results of the float or the quantized network, as `.tensor` files. */
export const defineInference: DefineCommand = (pegasus, start) => {
  const command = addRunOptions(
    pegasus.command('inference').description('run the float or the quantized network; results are .tensor files'),
  )
    .addOption(
      new Option('--postprocess <word>', 'what is done with results: the largest are printed, or files written alone').choices([
        'print_topn',
        'dump_result',
        'classification_classic',
      ]),
    )
    .option('--postprocess-file <file>', 'what is done with results')
    .option('--nbg-meta <file>', 'write what the binary that it describes is fed with, too: codes of the inputs')
  runs(command, start, false)
}

/** `pegasus dump`: what every layer makes. */
export const defineDump: DefineCommand = (pegasus, start) => {
  const command = addRunOptions(
    pegasus.command('dump').description('what every layer of the float or the quantized network makes, as .tensor files'),
  )
    .addOption(new Option('--format <word>', 'order of axes').choices(['nchw']).default('nchw'))
    .addOption(new Option('--save-file-type <word>', 'what is written').choices(['tensor']).default('tensor'))
  runs(command, start, true)
}

function addRunOptions(command: Command): Command {
  return command
    .requiredOption('--model <file>', 'the model file; N.quantize.json after --hybrid')
    .option('--model-data <file>', 'its coefficients; beside the model file when absent')
    .requiredOption('--with-input-meta <file>', 'what the network is fed')
    .option('--dtype <word>', 'float32 or quantized', 'float32')
    .option('--model-quantize <file>', 'the table of the quantized network; beside the model file when absent')
    .option('--batch-size <count>', 'samples of an iteration', parseCount(1))
    .option('--iterations <count>', 'batches to run', parseCount(1), 1)
    .option('--output-dir <folder>', 'folder for the files', '.')
    .addOption(deviceOption())
    .option('--json', 'print JSON events, one a line')
}

function runs(command: Command, start: (action: Action) => void, isDump: boolean): void {
  command.action((options) =>
    start(async (context) => {
      const { files, reporter } = context
      const network = await readNetwork(options.model, options.modelData ?? dataBeside(options.model), files)
      const post =
        options.postprocessFile === undefined
          ? undefined
          : parsePostprocess(await files.readText(options.postprocessFile), options.postprocessFile)
      const asked = options.postprocess
      const topn = asked === 'dump_result' ? undefined : post === undefined || asked !== undefined ? (post?.topn ?? 5) : post.topn
      const meta = await readMeta(options.nbgMeta, files)
      if (meta !== undefined) checkInputs(meta, network.layers, options.nbgMeta)
      const { samples, batch } = await metaSamples(options.withInputMeta, network.layers, context)
      const { graph, names, isQuantized } = await chosenGraph(options, network, isDump, context)
      const open = await openGraph(graph, isQuantized ? exactExecutor() : floatExecutor(), [...names.values()])
      const count = Math.min(samples.count, options.iterations * (options.batchSize ?? batch))
      const place = (iteration: number, layer: string, shape: readonly number[], codes: boolean): string =>
        join(
          options.outputDir,
          tensorFileName({ layer, port: 'out0', shape, ...(isDump && count === 1 ? {} : { iteration }), codes, nchw: isDump }),
        )
      const hasCodes = (value: string): boolean => isDump && graph.values.get(value)!.type.quant !== undefined
      const outputs = Array.from({ length: count }, (_, i) =>
        [...names].flatMap(([lid, value]) => {
          const { shape } = graph.values.get(value)!.type
          return [place(i, lid, shape, false), ...(hasCodes(value) ? [place(i, lid, shape, true)] : [])]
        }),
      )
      const fed =
        meta === undefined
          ? []
          : Array.from({ length: count }, (_, i) => fedNames(meta, network.layers, i).map((name) => join(options.outputDir, name)))
      await files.claim([...outputs, ...fed].flat())
      const written: string[] = []
      try {
        for (let i = 0; i < count; i++) {
          context.signal.throwIfAborted()
          const sample = await samples.load(i)
          const stored = await open.run(sample)
          const floats = dumpTensors(graph, stored, 'floats')
          const texts = new Map<string, string>()
          if (meta !== undefined)
            for (const [name, text] of fedFiles(meta, network.layers, sample, i)) texts.set(join(options.outputDir, name), text)
          for (const [lid, value] of names) {
            const tensor = floats.get(value)!
            texts.set(place(i, lid, tensor.shape, false), printTensorText(tensor.data as Float32Array))
            if (hasCodes(value))
              texts.set(place(i, lid, tensor.shape, true), printTensorText(numbersOf(stored.get(value)!), { codes: true }))
            if (!isDump && lid.startsWith('attach_') && topn !== undefined) tellLargest(lid, tensor, topn, context)
          }
          if (isDump || post === undefined || post.dumps) await files.write(texts)
          written.push(...texts.keys())
        }
      } finally {
        await open.close()
      }
      reporter.print(
        `files: ${written.length > 8 ? `${written.slice(0, 8).join(', ')} and ${written.length - 8} more` : written.join(', ')}`,
      )
      return undefined
    }),
  )
}

interface Chosen {
  readonly graph: Graph
  /** Values by the key of their layer. */
  readonly names: ReadonlyMap<string, string>
  readonly isQuantized: boolean
}

async function chosenGraph(
  options: ReturnType<Command['opts']>,
  network: ImportedNetwork,
  isDump: boolean,
  context: Context,
): Promise<Chosen> {
  const { layers } = network
  const kept = [...layers.layers.values()].filter(({ part }) =>
    isDump ? part !== 'constant' && part !== 'sum' && part !== 'output' : part === 'output' || part === 'input',
  )
  const isQuantized = options['dtype'] === 'quantized'
  if (!isQuantized && !['float32', 'float'].includes(options['dtype']))
    throw new QError('ACUITY_DTYPE', `--dtype: there is no ${options['dtype']}`, {
      at: ['--dtype'],
      found: options['dtype'],
      wanted: 'float32 or quantized',
      hint: 'choose one of them',
      kind: 'usage',
    })
  if (!isQuantized) return { graph: layers.graph, names: new Map(kept.map(({ lid, value }) => [lid, value])), isQuantized }
  const path = options['modelQuantize'] ?? options['model'].replace(/(?:\.quantize)?\.json$/, '.quantize')
  const table = await readTable(path, network, context)
  const { resolved } = networkOfTable(network, table, path, context)
  await tellUnhybrid(options['model'], network, table.table.entries, context)
  const known = new Set(activationNames(resolved.graph))
  const names = kept.flatMap(({ lid, value, part }): readonly [string, string][] => {
    const output = layers.graph.outputs.indexOf(value)
    if (part === 'output') return [[lid, resolved.graph.outputs[output]!]]
    return known.has(value) ? [[lid, value]] : []
  })
  return { graph: resolved.graph, names: new Map(names), isQuantized }
}

/** The toolkit takes the model file without converters for a network without them, and says nothing; here the table counts. */
export async function tellUnhybrid(
  model: string,
  network: ImportedNetwork,
  entries: ReadonlyMap<string, unknown>,
  { reporter }: Context,
): Promise<void> {
  const converter = [...entries.keys()].map((key) => key.slice(1, key.lastIndexOf(':'))).find((lid) => !network.layers.layers.has(lid))
  if (converter === undefined || network.model.layers.has(converter)) return
  const other = model.replace(/\.json$/, '.quantize.json')
  reporter.diagnostic({
    level: 'warning',
    code: 'MODEL_NOT_HYBRID',
    message: `the table has converters that ${model} has not: q computes as the table says, the toolkit would leave them out in silence; give --model ${(await isThere(other)) ? shellPath(other) : 'the .quantize.json that --hybrid wrote'}`,
    at: [model, converter],
  })
}

const numbersOf = ({ data }: Tensor): readonly number[] => Array.from(data as Float32Array, Number)

function tellLargest(lid: string, tensor: Tensor, topn: number, { reporter }: Context): void {
  const numbers = numbersOf(tensor)
  const places = numbers.map((_, i) => i).sort((a, b) => numbers[b]! - numbers[a]! || a - b)
  reporter.print(`@${lid}:out0`)
  for (const place of places.slice(0, topn)) reporter.print(`  ${place}: ${numbers[place]}`)
}
