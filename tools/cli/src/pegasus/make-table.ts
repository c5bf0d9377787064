import { join } from 'node:path'
import {
  biasCorrections,
  type MadeAs,
  type ModeNames,
  namesOf,
  printEntropy,
  printHead,
  printQuantizeTable,
  proposeByEntropy,
  type QuantizeTable,
  tableOfNetwork,
} from '@q/backend-acuity'
import { QError, type Range } from '@q/ir'
import type { Context } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import { entropyLines } from './entropy-lines.ts'
import { metaSamples } from './meta-samples.ts'
import { observeNetwork } from './observe.ts'
import type { QuantizeOptions } from './quantize.ts'
import { quantizedNetwork, readTable } from './quantized-network.ts'
import { type ImportedNetwork, readNetwork } from './read-network.ts'
import { layersBelow } from './trust-rows.ts'

/** Makes the table of a network anew. A table that is there and is not to be rebuilt stays as it is, where it is what was asked for. */
export async function makeTable(options: QuantizeOptions, names: ModeNames, context: Context): Promise<void> {
  const { files, reporter } = context
  const network = await readNetwork(options.model, options.modelData, files)
  const isRebuilt = options.rebuild === true || options.rebuildAll === true
  if (names.mode === 'QBF16' && options.rebuildAll !== true)
    throw new QError('REBUILD_ALL', 'qbfloat16 takes the ranges of all layers', {
      at: ['--quantizer'],
      found: isRebuilt ? '--rebuild' : 'neither --rebuild nor --rebuild-all',
      wanted: '--rebuild-all',
      hint: 'give --rebuild-all',
      kind: 'usage',
    })
  const ranges = wordsOf(options)
  if (!isRebuilt && (await isThere(options.modelQuantize))) return keepTable(options, names, ranges, network, context)
  const entropyFile = join(options.outputDir, 'entropy.txt')
  await files.claim([options.modelQuantize, ...(options.computeEntropy === true ? [entropyFile] : [])])
  const { samples, batch, entries } = await metaSamples(options.withInputMeta, network.layers, context)
  const size = options.batchSize ?? batch
  if (options.computeEntropy === true && size !== 1)
    throw new QError('ENTROPY_BATCH', '--compute-entropy takes batches of one sample', {
      at: ['--batch-size'],
      found: String(size),
      wanted: '1',
      hint: 'give --batch-size 1',
      kind: 'usage',
    })
  const wanted = size * options.iterations
  if (samples.count < wanted)
    reporter.note(`note: ${wanted} samples are asked for and ${options.withInputMeta} names ${entries.length}: these are taken, each once`)
  const observed = await observeNetwork(
    network.layers.graph,
    samples,
    {
      algorithm: options.algorithm === 'auto' ? 'kl_divergence' : options.MLE === true ? 'mse' : options.algorithm,
      batch: size,
      iterations: options.iterations,
      weight: options.movingAverageWeight,
      bins: binsOf(options),
    },
    context,
  )
  const first = quantizedNetwork(network.layers, { mode: names.mode, rows: observed.rows })
  const biases = options.keepBiases === true ? new Map() : biasCorrections(network.layers.graph, { ...first, means: observed.means })
  const quantized = biases.size === 0 ? first : quantizedNetwork(network.layers, { mode: names.mode, rows: observed.rows, biases })
  for (const each of quantized.resolved.diagnostics) reporter.diagnostic(each)
  const lines =
    options.computeEntropy === true || options.algorithm === 'auto' ? await entropyLines(quantized, network.layers, samples, context) : []
  const byCosine = options.algorithm === 'auto' && options.MLE === true
  const cuts = { activations: options.entropyCut, weights: options.weightEntropyCut }
  const proposed = byCosine
    ? await layersBelow(quantized, network.layers, { cut: options.cosineCut, samples, count: observed.samples }, context)
    : proposeByEntropy(lines, network.layers, cuts)
  const customized =
    lines.length > 0 || byCosine ? new Map(proposed.map((lid) => [lid, widerThan(names)])) : await formerList(options, network, context)
  const head = printHead({
    network: network.digest,
    mode: names.mode,
    ranges: `${ranges}; ${observed.samples} samples`,
    biases,
    whole: observed.whole,
    floats: options.rebuildAll === true ? new Map() : rangesOfFloats(quantized.made, observed.rows),
  })
  const table = tableOfNetwork({
    layers: network.layers,
    rows: observed.rows,
    made: quantized.made,
    keepsFloats: options.rebuildAll === true,
    customized,
    head,
  })
  await files.write(
    new Map([
      [options.modelQuantize, printQuantizeTable(table)],
      ...(options.computeEntropy === true ? [[entropyFile, printEntropy(lines)] as const] : []),
    ]),
  )
  tell(options, table, names, { samples: observed.samples, biases: biases.size }, context)
}

/** Layers that are computed in floats have no entries, and who reads them in codes needs their ranges. */
function rangesOfFloats(made: ReadonlyMap<string, MadeAs>, rows: ReadonlyMap<string, Range>): ReadonlyMap<string, Range> {
  const floats = [...made].filter(([, { type }]) => type.quant === undefined)
  if (floats.length === made.size) return new Map()
  return new Map(floats.flatMap(([name]) => (rows.has(name) ? [[name, rows.get(name)!] as const] : [])))
}

/** The type that layers are proposed in: 16 bits, of a network of bfloat16 half floats. */
const widerThan = ({ mode }: ModeNames): string =>
  mode === 'BF16' || mode === 'QBF16' || mode === 'DFP16' ? 'float32' : namesOf('DFP16').customized[0]!

const binsOf = ({ divergenceFirstQuantizeBits, divergenceNbins }: QuantizeOptions): number =>
  divergenceFirstQuantizeBits === undefined ? divergenceNbins : 2 ** divergenceFirstQuantizeBits

/** How ranges are found, in words that tell one way from another. */
function wordsOf(options: QuantizeOptions): string {
  const { algorithm, MLE } = options
  const more = algorithm === 'moving_average' ? ` ${options.movingAverageWeight}` : algorithm === 'normal' ? '' : ` ${binsOf(options)} bins`
  return `${algorithm}${more}${MLE === true ? ', least squared error' : ''}${options.keepBiases === true ? ', biases kept' : ''}`
}

/** The list of the table that is replaced: it is the user's. */
async function formerList(options: QuantizeOptions, network: ImportedNetwork, context: Context): Promise<ReadonlyMap<string, string>> {
  const { reporter } = context
  if (!(await isThere(options.modelQuantize))) return new Map()
  const { files } = context
  const peeking = { ...files, readText: async (path: string) => (await files.peekText(path)) ?? '' }
  const silent = { ...context, files: peeking, reporter: { ...reporter, diagnostic: () => {} } }
  const former = await readTable(options.modelQuantize, network, silent).catch(() => undefined)
  const list = former?.table.customized ?? new Map<string, string>()
  if (list.size > 0)
    reporter.note(
      `note: ${list.size} layers of customized_quantize_layers are taken over from the table that is replaced; --hybrid applies them`,
    )
  if (former === undefined) reporter.note(`note: ${options.modelQuantize} is of another network, and replaced`)
  return list
}

/** A table that is there and was made as is asked for now is left alone. @throws QError `TABLE_KEPT` where it was made otherwise */
async function keepTable(
  options: QuantizeOptions,
  names: ModeNames,
  ranges: string,
  network: ImportedNetwork,
  context: Context,
): Promise<void> {
  const { head } = await readTable(options.modelQuantize, network, context)
  const isSame = head.mode === names.mode && head.ranges.startsWith(`${ranges};`)
  if (isSame) return context.reporter.note(`note: ${options.modelQuantize} is there, and left as it is; --rebuild finds the ranges anew`)
  throw new QError('TABLE_KEPT', `${options.modelQuantize} was made otherwise, and is not made anew without --rebuild`, {
    at: [options.modelQuantize],
    found: `${namesOf(head.mode).quantizer} ${namesOf(head.mode).qtype}, ${head.ranges}`,
    wanted: `${names.quantizer} ${names.qtype}, ${ranges}`,
    hint: 'give --rebuild to replace it, or --model-quantize with another name',
  })
}

function tell(
  options: QuantizeOptions,
  table: QuantizeTable,
  names: ModeNames,
  { samples, biases }: { readonly samples: number; readonly biases: number },
  { reporter }: Context,
): void {
  reporter.print(`${options.modelQuantize}: ${names.quantizer} ${names.qtype}, ${table.entries.size} entries, ranges of ${samples} samples`)
  if (biases > 0)
    reporter.note(
      `note: ${biases} biases make up for rounded weights, in comments of the table that q reads and the toolkit passes over; --keep-biases leaves them out`,
    )
  if (table.customized.size > 0) reporter.print(`customized_quantize_layers: ${table.customized.size} layers; --hybrid applies them`)
}
