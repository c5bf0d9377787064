import {
  activationEntry,
  type Converter,
  convertersOf,
  hybridModel,
  keyOfTensor,
  type MadeAs,
  type ModeNames,
  modeOfWord,
  namesOf,
  planOfCustomized,
  printHead,
  printModel,
  printQuantizeTable,
  type QuantizeTable,
  type ReadTypes,
  readTypes,
  rowsOfTable,
  tableOfNetwork,
} from '@q/backend-acuity'
import { QError } from '@q/ir'
import type { Context } from '../context.ts'
import { type MetaSamples, metaSamples } from './meta-samples.ts'
import type { QuantizeOptions } from './quantize.ts'
import { isFollowing, type QuantizedNetwork, quantizedNetwork, readTable, saidOf } from './quantized-network.ts'
import { type ImportedNetwork, readNetwork } from './read-network.ts'
import { layerLosses, shortType } from './trust-rows.ts'

const floats: ReadonlySet<string> = new Set(['fp32', 'float16'])

const eightBits: ReadonlySet<string> = new Set(['UINT8', 'PCQ', 'SYM8', 'DFP8'])

/** The model file with converters that belongs to a table. */
const hybridFile = (table: string): string => `${table}.json`

/** `--hybrid`: the types of `customized_quantize_layers`, converters where types meet, and a table of what really became of each listed layer. */
export async function applyCustomized(options: QuantizeOptions, names: ModeNames, context: Context): Promise<void> {
  const { files, reporter } = context
  const path = options.modelQuantize
  const network = await readNetwork(options.model, options.modelData, files)
  const { table, head } = await readTable(path, network, context)
  await files.claim([hybridFile(path)])
  if (head.mode !== names.mode)
    throw new QError('TABLE_KEPT', `${path} was made with another quantizer`, {
      at: [path],
      found: `${namesOf(head.mode).quantizer} ${namesOf(head.mode).qtype}`,
      wanted: `${names.quantizer} ${names.qtype}, as --quantizer and --qtype say`,
      hint: `give --quantizer ${namesOf(head.mode).quantizer} --qtype ${namesOf(head.mode).qtype}, or make the table anew with --rebuild`,
    })
  const { plan, following } = planOfCustomized(table, network.layers, path)
  const rows = new Map(rowsOfTable(table, network.layers, head.floats))
  // What was cut off for 8 bits is not cut off for more.
  for (const [value, range] of head.whole ?? [])
    if (!eightBits.has(plan.get(value) ?? head.mode))
      rows.set(value, { ...range, threshold: Math.max(Math.abs(range.min), Math.abs(range.max)) })
  const kept = new Map([...(head.biases ?? [])].filter(([value]) => !plan.has(value) || plan.get(value) === head.mode))
  const quantized = saidOf(path, () => quantizedNetwork(network.layers, { mode: head.mode, rows, plan, biases: kept }))
  for (const each of quantized.resolved.diagnostics) reporter.diagnostic(each)
  const reads = readTypes(network.layers, quantized.resolved, quantized.made)
  const converters = convertersOf(network.layers, quantized.made, reads, head.mode)
  // Layers that are listed in floats need entries, or they would be read as layers of the network's own type.
  const hasFloats = [...table.entries.values(), ...[...plan.values()].map((mode) => namesOf(mode).entry)].some(({ qtype }) =>
    floats.has(qtype),
  )
  const made = tableOfNetwork({
    layers: network.layers,
    rows,
    made: quantized.made,
    readAs: (lid, value) => reads.get(lid)?.get(value),
    keepsFloats: hasFloats,
    customized: table.customized,
    head: printHead({ ...head, biases: kept }),
  })
  const entries = new Map([...made.entries, ...converterEntries(converters, made, network)])
  const text = printQuantizeTable({
    ...made,
    form: table.form,
    ...(table.version === undefined ? {} : { version: table.version }),
    entries,
  })
  const model = printModel(hybridModel(network.model, network.layers, converters))
  const measured = await metaSamples(options.withInputMeta, network.layers, {
    ...context,
    reporter: { ...reporter, diagnostic: () => {}, note: () => {} },
  })
  await files.rewrite(path, text)
  await files.write(new Map([[hybridFile(path), model]]))
  reporter.print(
    `${path}: ${table.customized.size} layers listed, ${converters.length} converters; ${hybridFile(path)} is the model file with them`,
  )
  const inputs = new Set(network.layers.graph.inputs.map(({ name }) => name))
  for (const { lid, value } of converters)
    if (inputs.has(value))
      reporter.diagnostic({
        level: 'warning',
        code: 'INPUT_CONVERTED',
        message: `${network.layers.lidOf.get(value)} is read in two types: q makes both of the numbers that are fed, the chip one of the codes of the other, which has fewer digits; list all layers that read it`,
        at: [lid],
      })
  for (const [lid, mode] of following) tellFollowing(lid, mode, network, quantized, context)
  for (const [lid, word] of table.customized) {
    const { node } = network.layers.layers.get(lid) ?? {}
    const mode = modeOfWord(word)
    if (node !== undefined && mode !== undefined && isFollowing(node, quantized.made)) tellFollowing(lid, mode, network, quantized, context)
  }
  await printTrust(options, { network, quantized, reads, converters, table, measured }, context)
}

/** A converter has the range of what it converts. */
function converterEntries(converters: readonly Converter[], table: QuantizeTable, { layers }: ImportedNetwork): QuantizeTable['entries'] {
  return new Map(
    converters.flatMap(({ lid, value, to }) => {
      const source = table.entries.get(keyOfTensor({ layer: layers.lidOf.get(value)!, port: 'out0' }))
      const range = source?.min === undefined || source.max === undefined ? undefined : { min: source.min, max: source.max }
      const entry = activationEntry(to, range)
      return entry === undefined ? [] : [[keyOfTensor({ layer: lid, port: 'out0' }), entry] as const]
    }),
  )
}

/** Inputs, outputs and constants take the type of their neighbour. */
function tellFollowing(lid: string, mode: string, { layers }: ImportedNetwork, { made }: QuantizedNetwork, { reporter }: Context): void {
  const { part, value } = layers.layers.get(lid)!
  const found = part === 'constant' ? undefined : made.get(value)?.mode
  if (found === undefined || found === mode) return
  const neighbour = part === 'input' ? 'the first layer that reads it' : part === 'output' ? 'the layer that makes it' : 'what it reads'
  reporter.diagnostic({
    level: 'warning',
    code: 'CUSTOMIZED_FOLLOWS',
    message: `${lid} is listed as ${shortType(mode)} and stays ${shortType(found)}: it has the type of ${neighbour}; list that layer too`,
    at: [lid],
  })
}

interface Trust {
  readonly network: ImportedNetwork
  readonly quantized: QuantizedNetwork
  readonly reads: ReadTypes
  readonly converters: readonly Converter[]
  readonly table: QuantizeTable
  readonly measured: MetaSamples
}

/** What became of each listed layer: types, converters, and what it loses alone and with everything before it. */
async function printTrust(
  options: QuantizeOptions,
  { network, quantized, reads, converters, table, measured }: Trust,
  context: Context,
): Promise<void> {
  const { reporter } = context
  const { layers } = network.layers
  const listed = [...table.customized.keys()].map((lid) => layers.get(lid)!).filter(({ node }) => node !== undefined)
  const changed = [...layers.values()].filter(
    ({ lid, node, value }) =>
      node !== undefined && !table.customized.has(lid) && (quantized.resolved.plan.has(value) || isFollower(value, quantized)),
  )
  const rows = [...listed, ...changed]
  if (rows.length === 0) return reporter.note('note: no layer is listed: all have the type of the network')
  const { samples, batch } = measured
  const count = Math.min(samples.count, options.iterations * (options.batchSize ?? batch))
  const losses = await layerLosses(quantized, network.layers, [...new Set(rows.map(({ value }) => value))], { samples, count }, context)
  const typeOf = (made: MadeAs | undefined): string => (made === undefined ? '-' : shortType(made.mode))
  const lines = rows.map(({ lid, part, value, node, layer }) => {
    const readers = part === 'relu' ? undefined : reads.get(lid)
    const inputs = node!.inputs.filter((name): name is string => name !== undefined && quantized.made.has(name))
    const before = converters.filter((each) => each.readers.includes(lid)).length
    const behind = converters.filter((each) => each.value === value).length
    const loss = losses.get(value)
    const read =
      part === 'relu' ? [typeOf(quantized.made.get(value))] : inputs.map((name) => typeOf(readers?.get(name) ?? quantized.made.get(name)))
    const weight = part === 'relu' || layer.inputs.length === node!.inputs.length ? '-' : weightType(quantized.made.get(value))
    return [
      lid,
      table.customized.get(lid) ?? '(follows)',
      [...new Set(read)].join(', '),
      weight,
      typeOf(quantized.made.get(value)),
      `${before} / ${behind}`,
      ...(['own', 'accumulated'] as const).flatMap((kind) => [
        loss?.[kind]?.cosine.toFixed(6) ?? '-',
        loss?.[kind]?.euclidean.toPrecision(4) ?? '-',
      ]),
    ]
  })
  const head = [
    'layer',
    'asked for',
    'reads',
    'weights',
    'makes',
    'converters before / behind',
    'alone: cosine',
    'euclid',
    'accumulated: cosine',
    'euclid',
  ]
  const widths = head.map((word, i) => Math.max(word.length, ...lines.map((line) => line[i]!.length)))
  for (const line of [head, ...lines])
    reporter.print(
      line
        .map((word, i) => word.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
  reporter.note(`note: measured on ${count} samples beside the float network; alone is a layer made of the float network's numbers`)
}

function isFollower(value: string, { made, mode, resolved, graph }: QuantizedNetwork): boolean {
  const as = made.get(value)
  return (
    as !== undefined &&
    as.mode !== mode &&
    !resolved.plan.has(value) &&
    graph.nodes.some(({ op, outputs }) => outputs[0] === value && ['Reshape', 'Squeeze', 'Unsqueeze'].includes(op))
  )
}

function weightType(made: MadeAs | undefined): string {
  if (made === undefined) return '-'
  return made.mode === 'PCQ' ? 'perchannel_symmetric_affine-i8' : shortType(made.mode)
}
