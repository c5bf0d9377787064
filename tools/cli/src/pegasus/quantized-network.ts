import {
  type AcuityMode,
  acuity,
  checkTable,
  type MadeAs,
  madeAs,
  modeOfWord,
  type NetworkLayers,
  namesOf,
  parseHead,
  parseQuantizeTable,
  planOfTable,
  type QuantizeTable,
  rowsOfTable,
  type TableEntry,
  type TableHead,
  withBiases,
} from '@q/backend-acuity'
import {
  type Backend,
  errorAt,
  type Graph,
  isQError,
  type Node,
  type ObservedRange,
  type Plan,
  QError,
  type Resolved,
  resolve,
} from '@q/ir'
import { formOf } from '@q/ir/graph'
import type { Context } from '../context.ts'
import { isThere } from '../files/read-file.ts'
import type { ImportedNetwork } from './read-network.ts'

/** The back end whose codes these commands compute: all that the family has; what a single chip lacks is told when its files are exported. */
const backend: Backend = acuity()

/** A table as it was read. */
export interface ReadTable {
  readonly table: QuantizeTable
  readonly head: TableHead
}

/** A network quantized as a table says. */
export interface QuantizedNetwork {
  /** The float network, biases corrected as the table says. */
  readonly graph: Graph
  readonly resolved: Resolved
  readonly made: ReadonlyMap<string, MadeAs>
  readonly rows: ReadonlyMap<string, ObservedRange>
  readonly mode: AcuityMode
}

/** How a network is to be quantized. */
export interface Quantizing {
  readonly mode: AcuityMode
  readonly rows: ReadonlyMap<string, ObservedRange>
  readonly plan?: Plan
  readonly biases?: ReadonlyMap<string, Float32Array> | undefined
}

/** The quantized network. */
export function quantizedNetwork(
  layers: NetworkLayers,
  { mode, rows, plan = new Map(), biases = new Map() }: Quantizing,
): QuantizedNetwork {
  const graph = withBiases(layers.graph, biases)
  const resolved = resolve(graph, rows, plan, backend, { mode, asymmetric: false, highPrecision: false })
  return { graph, resolved, made: madeAs(graph, resolved, { target: backend.target, mode }), rows, mode }
}

/**
 * Reads a table, which has to be of the network.
 *
 * @throws QError `QUANTIZE_TABLE`, `TABLE_MISSING`, `TABLE_EMPTY`, `TABLE_STALE`
 */
export async function readTable(path: string, network: ImportedNetwork, context: Context): Promise<ReadTable> {
  if (!(await isThere(path)))
    throw new QError('TABLE_MISSING', `there is no table ${path}`, {
      at: [path],
      found: 'no file',
      wanted: 'the .quantize file of this network',
      hint: 'make it with q pegasus quantize --rebuild',
    })
  const text = await context.files.readText(path)
  if (text.trim() === '')
    throw new QError('TABLE_EMPTY', `${path} is empty`, {
      at: [path],
      found: '0 bytes',
      wanted: 'a table',
      hint: 'some releases of the toolkit leave an empty table behind --hybrid; make it anew with q pegasus quantize --rebuild',
    })
  const { table, diagnostics } = parseQuantizeTable(text, path)
  for (const each of [...diagnostics, ...checkTable(table, network.model)]) context.reporter.diagnostic(each)
  const head = saidOf(path, () => parseHead(table.head)) ?? headOfOther(table, network)
  const strange = [...table.entries.keys()].find((key) => {
    const lid = key.slice(1, key.lastIndexOf(':'))
    return !network.layers.layers.has(lid) && !/_(?:pre|next)_.+_to_.+_\d+$/.test(lid)
  })
  if (head.network === network.digest && strange === undefined) return { table, head }
  throw new QError('TABLE_STALE', `${path} is the table of another network`, {
    at: [path],
    found: strange === undefined ? `network ${head.network}` : `an entry ${strange}`,
    wanted: `network ${network.digest}`,
    hint: 'quantize this network with q pegasus quantize --rebuild',
  })
}

/** What is wrong with a table, said of its file; ranges that are missing are missing there. */
export function saidOf<Made>(path: string, make: () => Made): Made {
  try {
    return make()
  } catch (error) {
    if (!isQError(error) || !['ACUITY_TABLE', 'RANGE_MISSING', 'RANGE_INVALID'].includes(error.code)) throw error
    if (error.code !== 'RANGE_MISSING') throw errorAt(error, [path, ...error.at])
    throw new QError(error.code, `${error.message}: ${path} has no range for it`, {
      at: [path, ...error.at],
      found: 'no entry with min_value and max_value',
      wanted: 'an entry for each layer that is computed, or read, in codes',
      hint: 'make the table anew with q pegasus quantize --rebuild',
      cause: error,
    })
  }
}

/** Tables of other programs say nothing of the network; their layers are looked at. Most of their layers have the mode of the network. */
function headOfOther(table: QuantizeTable, { digest, layers }: ImportedNetwork): TableHead {
  const counts = new Map<AcuityMode, number>()
  for (const mode of ['UINT8', 'PCQ', 'SYM8', 'DFP8', 'DFP16', 'BF16', 'QBF16', 'F16'] as const)
    counts.set(mode, planOfTable(table, layers, mode).size)
  const [mode = 'UINT8'] = [...counts].sort((a, b) => a[1] - b[1])[0] ?? []
  return { network: digest, mode, ranges: 'of another program' }
}

/**
 * The network as its table says it: modes by entries, ranges by least and largest numbers. Scales that stand there have to follow from the ranges.
 *
 * @throws QError `TABLE_SCALES` for a scale, zero point or position of the point that does not
 */
export function networkOfTable(network: ImportedNetwork, { table, head }: ReadTable, path: string, context: Context): QuantizedNetwork {
  const { layers } = network
  const rows = rowsOfTable(table, layers, head.floats)
  const plan = planOfTable(table, layers, head.mode)
  const quantized = saidOf(path, () => quantizedNetwork(layers, { mode: head.mode, rows, plan, biases: head.biases }))
  for (const { lid, part, value } of layers.layers.values()) {
    const entry = table.entries.get(`@${lid}:out0`)
    const made = quantized.made.get(value)
    if (entry === undefined || made?.type.quant === undefined || part === 'constant') continue
    const { scale, zeroPoint } = made.type.quant
    checkSameRange(entry, rows.get(value), [path, `@${lid}:out0`])
    const [found, zero] = entry.fl === undefined ? [entry.scale?.[0], entry.zeroPoint?.[0] ?? 0] : [2 ** -(entry.fl[0] ?? Number.NaN), 0]
    if (found !== undefined && Math.abs(found - scale) <= 1e-6 * scale && zero === zeroPoint) continue
    throw new QError('TABLE_SCALES', `the codes of ${lid} do not follow from its range`, {
      at: [path, `@${lid}:out0`],
      found: `scale ${found}, zero point ${zero}, between ${entry.min} and ${entry.max}`,
      wanted: `scale ${scale}, zero point ${zeroPoint}, as ${namesOf(made.mode).entry.quantizer} has them`,
      hint: 'run q pegasus quantize --hybrid, which computes scales anew, after changing ranges',
    })
  }
  tellNotApplied({ table, head }, quantized, layers, path, context)
  return quantized
}

/** A sum and the ReLU behind it, a layer and the output it is, are one tensor with an entry each. @throws QError `TABLE_SCALES` where they have ranges of their own */
function checkSameRange({ min, max }: TableEntry, row: ObservedRange | undefined, at: readonly string[]): void {
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b))
  if (row === undefined || min === undefined || max === undefined || (isNear(min, row.min) && isNear(max, row.max))) return
  throw new QError('TABLE_SCALES', `${at.at(-1)} has another range than the tensor that it stands for`, {
    at,
    found: `between ${min} and ${max}`,
    wanted: `between ${row.min} and ${row.max}, as its other entry says`,
    hint: 'write the same numbers in both, and run q pegasus quantize --hybrid',
  })
}

/** Whether a layer has the type of what it reads, whatever is asked for. */
export const isFollowing = ({ op, inputs: [source], outputs: [result] }: Node, made: QuantizedNetwork['made']): boolean =>
  backend.target.typeFollowers?.includes(op as never) === true && made.get(source ?? '')?.mode === made.get(result ?? '')?.mode

/** Layers that were listed after the table was made have other types than the list says. */
function tellNotApplied(
  { table }: ReadTable,
  { made, graph }: QuantizedNetwork,
  { layers }: NetworkLayers,
  path: string,
  { reporter }: Context,
): void {
  const left = [...table.customized].filter(([lid, word]) => {
    const layer = layers.get(lid)
    const mode = layer?.node === undefined ? undefined : made.get(layer.value)?.mode
    const asked = modeOfWord(word)
    if (layer?.node === undefined || asked === undefined || isFollowing(layer.node, made)) return false
    // Some operators are computed in floats whatever is asked for.
    const given = backend.target.ops[formOf(layer.node, (name) => graph.values.get(name)!)]?.[asked] ?? asked
    return mode !== undefined && mode !== asked && mode !== given
  })
  const [first] = left
  if (first === undefined) return
  reporter.diagnostic({
    level: 'warning',
    code: 'CUSTOMIZED_NOT_APPLIED',
    message: `${left.length} layers of customized_quantize_layers, ${first[0]} among them, have other types in the table's entries, which count; run q pegasus quantize --hybrid to apply the list`,
    at: [path, first[0]],
  })
}
