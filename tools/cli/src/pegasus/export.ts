import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  chips,
  convertersOf,
  exportFiles,
  factsOfChip,
  type InputNumbers,
  namesOf,
  type OvxGraph,
  ovxGraphOf,
  parseInputMeta,
  readTypes,
} from '@q/backend-acuity'
import { QError } from '@q/ir'
import type { Command } from 'commander'
import type { DefineCommand } from '../commands/command.ts'
import type { Context } from '../context.ts'
import { parseCount } from '../options/parse.ts'
import { tellUnhybrid } from './inference.ts'
import { networkOfTable, type QuantizedNetwork, quantizedNetwork, readTable } from './quantized-network.ts'
import { dataBeside, type ImportedNetwork, readNetwork } from './read-network.ts'

/** `pegasus export ovxlib`: a C project that builds the network with the chips' library. */
export const defineExport: DefineCommand = (pegasus, start) => {
  const group = pegasus.command('export').description('sources that build the network on the chip')
  group
    .command('ovxlib')
    .description('a C project for the ovxlib API, and the coefficients: PREFIX.export.data')
    .requiredOption('--model <file>', 'the model file; N.quantize.json after --hybrid')
    .option('--model-data <file>', 'its coefficients; beside the model file when absent')
    .option('--model-quantize <file>', 'the table, with --dtype quantized; beside the model file when absent')
    .option('--dtype <word>', 'float (or float16), float32, quantized', 'float')
    .option('--with-input-meta <file>', 'what the network is fed')
    .option('--postprocess-file <file>', 'what is done with results; the program prints the largest in any case')
    .requiredOption('--output-path <path>', 'folder and prefix: DIR/PREFIX')
    .option('--batch-size <count>', 'samples of a run; that of the network', parseCount(1))
    .option('--optimize <word>', 'the configuration of the chip, for the binary')
    .option('--viv-sdk [folder]', "the vendor's tools, which make the binary; without a value, as of a variable that is not set, none")
    .option('--pack-nbg-unify', 'ask for the binary too')
    .option('--pack-nbg-viplite', 'ask for the binary of the small driver too')
    .option('--target-ide-project <word>', 'linux64: the makefile is for it')
    .option('--build-platform <word>', 'make')
    .option('--save-fused-graph', 'sums and the ReLUs behind them are one step here in any case')
    .option('--json', 'print JSON events, one a line')
    .action((options) =>
      start(async (context) => {
        await exported(options, context)
        return undefined
      }),
    )
}

/** The graph that the sources build. @throws QError those of reading, and `ACUITY_EXPORT` */
export async function exportedNetwork(options: ReturnType<Command['opts']>, context: Context): Promise<OvxGraph> {
  const network = await readNetwork(options['model'], options['modelData'] ?? dataBeside(options['model']), context.files)
  checkBatch(options, network)
  const quantized = await typed(options, network, context)
  tellChip(options['optimize'], quantized, context)
  const reads = readTypes(network.layers, quantized.resolved, quantized.made)
  const converters = convertersOf(network.layers, quantized.made, reads, quantized.mode)
  return ovxGraphOf({ layers: network.layers, graph: quantized.graph, made: quantized.made, converters })
}

async function exported(options: ReturnType<Command['opts']>, context: Context): Promise<void> {
  const { files, reporter } = context
  const graph = await exportedNetwork(options, context)
  const [folder, prefix] = [dirname(options['outputPath']), basename(options['outputPath'])]
  const numbers = options['withInputMeta'] === undefined ? new Map() : await numbersOf(options['withInputMeta'], context)
  await mkdir(folder, { recursive: true })
  const made = new Map([...exportFiles(graph, { prefix, numbers })].map(([name, content]) => [join(folder, name), content]))
  await files.claim([...made.keys()])
  await files.write(made)
  reporter.print(
    `${folder}: ${graph.nodes.length} nodes, ${graph.tensors.length} tensors, ${graph.nodes.filter(({ op }) => op === 'DATACONVERT').length} converters`,
  )
  reporter.print(`files: ${[...made.keys()].join(', ')}`)
  if (options['packNbgUnify'] === true || options['packNbgViplite'] === true)
    reporter.diagnostic({
      level: 'warning',
      code: 'BINARY_NOT_MADE',
      message: `no network_binary.nb is made: it takes the vendor's simulator. Build the project in ${folder} with makefile.linux against the ovxlib of the SDK, and run it with VIV_VX_ENABLE_SAVE_NETWORK_BINARY=1`,
      at: [options['outputPath']],
    })
}

/** The network in the types that are asked for. @throws QError `ACUITY_DTYPE` */
async function typed(options: ReturnType<Command['opts']>, network: ImportedNetwork, context: Context): Promise<QuantizedNetwork> {
  const dtype = String(options['dtype'])
  if (dtype === 'float' || dtype === 'float16') return quantizedNetwork(network.layers, { mode: 'F16', rows: new Map() })
  if (dtype === 'float32') return quantizedNetwork(network.layers, { mode: 'F32', rows: new Map() })
  if (dtype !== 'quantized')
    throw new QError('ACUITY_DTYPE', `--dtype: there is no ${dtype}`, {
      at: ['--dtype'],
      found: dtype,
      wanted: 'float, float16, float32 or quantized',
      hint: dtype === 'quantized_strict' ? 'what quantized_strict means is not described anywhere: give quantized' : 'choose one of them',
      kind: 'usage',
    })
  const path = options['modelQuantize'] ?? options['model'].replace(/(?:\.quantize)?\.json$/, '.quantize')
  const table = await readTable(path, network, context)
  await tellUnhybrid(options['model'], network, table.table.entries, context)
  return networkOfTable(network, table, path, context)
}

function checkBatch({ batchSize }: ReturnType<Command['opts']>, { layers }: ImportedNetwork): void {
  const [input] = layers.graph.inputs
  const batch = input === undefined ? 1 : (layers.graph.values.get(input.name)!.type.shape[0] ?? 1)
  if (batchSize === undefined || batchSize === batch) return
  throw new QError('ACUITY_BATCH', 'the network has another batch', {
    at: ['--batch-size'],
    found: String(batchSize),
    wanted: String(batch),
    hint: 'import the model with this batch: --input-size-list with --size-with-batch True',
    kind: 'usage',
  })
}

const namedChips = chips.flatMap((each) => factsOfChip(each).optimize ?? []).join(', ')

/** What users found to fail on the chip that the configuration names. */
function tellChip(optimize: string | undefined, { made }: QuantizedNetwork, { reporter }: Context): void {
  const chip = chips.find((each) => optimize !== undefined && factsOfChip(each).optimize === optimize.toUpperCase())
  if (chip === undefined && optimize !== undefined && !['none', 'default'].includes(optimize.toLowerCase()))
    reporter.note(`note: of ${optimize} q knows no limits, so none are checked: it knows those of ${namedChips}`)
  const without = chip === undefined ? {} : (factsOfChip(chip).without ?? {})
  for (const mode of new Set([...made.values()].map((each) => each.mode))) {
    const why = (without as Readonly<Record<string, string | undefined>>)[mode]
    if (why === undefined) continue
    reporter.diagnostic({
      level: 'warning',
      code: 'CHIP_WITHOUT',
      message: `${chip} may not run ${namesOf(mode).quantizer} ${namesOf(mode).qtype}: ${why}`,
      at: ['--optimize'],
    })
  }
}

async function numbersOf(path: string, { files }: Context): Promise<ReadonlyMap<string, InputNumbers>> {
  const { databases } = parseInputMeta(await files.readText(path), path)
  return new Map(
    databases
      .flatMap(({ ports }) => ports)
      .map(({ lid, mean, scale }) => [lid, { mean, scale: mean.map((_, i) => scale[i] ?? scale[0]!) }]),
  )
}
