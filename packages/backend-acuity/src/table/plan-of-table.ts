import { didYouMean, type ObservedRange, type Plan, QError, type Range } from '@q/ir'
import type { QuantizeTable } from '../files/quantize-table/quantize-table.ts'
import { keyOfTensor } from '../files/quantize-table/quantize-table.ts'
import type { NetworkLayer, NetworkLayers } from '../network/network-layers.ts'
import type { AcuityMode } from '../target.ts'
import { modeNames, modeOfEntry, modeOfWord } from './modes.ts'

const rowOf = ({ min, max }: Range): ObservedRange => ({ min, max, threshold: Math.max(Math.abs(min), Math.abs(max)) })

/** The ranges that a table says, by value. @param floats those of layers that are computed in floats, of the table's head */
export function rowsOfTable(
  { entries }: QuantizeTable,
  { layers }: NetworkLayers,
  floats: ReadonlyMap<string, Range> = new Map(),
): ReadonlyMap<string, ObservedRange> {
  const rows = new Map<string, ObservedRange>([...floats].map(([value, range]) => [value, rowOf(range)]))
  for (const { lid, part, value } of layers.values()) {
    const { min, max } = entries.get(keyOfTensor({ layer: lid, port: 'out0' })) ?? {}
    if (part === 'sum' || part === 'output' || part === 'constant' || min === undefined || max === undefined) continue
    rows.set(value, rowOf({ min, max }))
  }
  return rows
}

/** The modes of the layers that a table has otherwise than most. */
export function planOfTable({ entries }: QuantizeTable, { layers }: NetworkLayers, mode: AcuityMode): Plan {
  const plan = new Map<string, string>()
  for (const { lid, part, value, node } of layers.values()) {
    if (node === undefined || part === 'sum') continue
    const entry = entries.get(keyOfTensor({ layer: lid, port: 'out0' }))
    const found = entry === undefined ? undefined : modeOfEntry(entry)
    if (found !== undefined && found !== mode) plan.set(value, found)
  }
  return plan
}

/** What a list of layers asks for. */
export interface CustomizedPlan {
  readonly plan: Plan
  /** Layers of the list that have no mode of their own: constants and outputs take that of who reads or makes them, inputs that of their first reader. */
  readonly following: ReadonlyMap<string, AcuityMode>
}

/**
 * The modes that `customized_quantize_layers` asks for.
 *
 * @param place the table's file, for messages
 * @throws QError `CUSTOMIZED_LAYER_UNKNOWN`, `CUSTOMIZED_TYPE_UNKNOWN`, `CUSTOMIZED_TWICE` where a sum and the ReLU behind it are to have two types
 */
export function planOfCustomized({ customized }: QuantizeTable, { layers }: NetworkLayers, place: string): CustomizedPlan {
  const plan = new Map<string, string>()
  const following = new Map<string, AcuityMode>()
  const by = new Map<string, string>()
  for (const [lid, word] of customized) {
    const layer = layers.get(lid) ?? unknownLayer(lid, layers, place)
    const mode = modeOfWord(word) ?? unknownWord(lid, word, place)
    if (layer.node === undefined) {
      following.set(lid, mode)
      continue
    }
    const other = plan.get(layer.value)
    if (other !== undefined && other !== mode) throw twoTypes(lid, by.get(layer.value)!, place, word)
    plan.set(layer.value, mode)
    by.set(layer.value, lid)
  }
  return { plan, following }
}

function unknownLayer(lid: string, layers: ReadonlyMap<string, NetworkLayer>, place: string): never {
  throw new QError('CUSTOMIZED_LAYER_UNKNOWN', `the network has no layer ${lid}`, {
    at: [place, 'customized_quantize_layers', lid],
    found: lid,
    wanted: 'the key of a layer in the model file',
    hint: didYouMean(lid, [...layers.keys()], 'take it out, or correct its name'),
  })
}

const words = [...new Set(modeNames.flatMap(({ customized }) => customized))]

function unknownWord(lid: string, word: string, place: string): never {
  throw new QError('CUSTOMIZED_TYPE_UNKNOWN', `${word} is no type that a layer can be given`, {
    at: [place, 'customized_quantize_layers', lid],
    found: word,
    wanted: words.join(', '),
    hint: didYouMean(word, words, 'write one of these'),
  })
}

const twoTypes = (lid: string, other: string, place: string, word: string): QError =>
  new QError('CUSTOMIZED_TWICE', `${lid} and ${other} are computed in one step, and the list gives them two types`, {
    at: [place, 'customized_quantize_layers', lid],
    found: word,
    wanted: `the type of ${other}`,
    hint: 'list one of the two, or both with the same type',
  })
