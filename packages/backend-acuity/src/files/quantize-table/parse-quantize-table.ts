import { type Diagnostic, didYouMean, QError } from '@q/ir'
import type { Quantizer, StorageType } from '../../numbers/number-format.ts'
import type { YamlMap, YamlNode } from '../yaml-text.ts'
import { parseYamlText, valueAt } from '../yaml-text.ts'
import type { QuantizeTable, TableEntry, TableForm } from './quantize-table.ts'
import { tensorOfKey } from './quantize-table.ts'

/** A table that was read, and what is odd about it. */
export interface ParsedQuantizeTable {
  readonly table: QuantizeTable
  readonly diagnostics: readonly Diagnostic[]
}

const parameters = 'quantize_parameters'
const customizedLayers = 'customized_quantize_layers'

const storageTypes: readonly string[] = [
  'u8',
  'i8',
  'i16',
  'i32',
  'i64',
  'fp32',
  'float16',
  'bfloat16',
  'qbfloat16',
] satisfies readonly StorageType[]
const quantizers: readonly string[] = [
  'asymmetric_affine',
  'symmetric_affine',
  'perchannel_symmetric_affine',
  'dynamic_fixed_point',
  'qbfloat16',
  'bfloat16',
  'float16',
  'float32',
] satisfies readonly Quantizer[]

/** Keys of an entry in either form; each is read. */
const entryKeys = [
  'dtype',
  'quantizer',
  'method',
  'rounding',
  'max_value',
  'min_value',
  'scale',
  'zero_point',
  'channel_dim',
  'fl',
  'qtype',
]

/**
 * Reads a `.quantize` file of either form (spec/acuity.md 3.5).
 *
 * The layers of `customized_quantize_layers` may stand without being moved in, as the manual prints them: keys behind it that are no part of the file are taken for its.
 *
 * @param place where the text comes from (a file name), for messages
 * @throws QError `YAML_TEXT`; `QUANTIZE_TABLE` with the entry and key that is not as the tool writes it
 */
export function parseQuantizeTable(text: string, place: string): ParsedQuantizeTable {
  const { head, root } = parseYamlText(text, place)
  const names = root.entries.map(({ key }) => key.text)
  const diagnostics: Diagnostic[] = []
  const given = valueAt(root, parameters)
  if (given === undefined) {
    throw fault(
      [place],
      names.length === 0 ? 'nothing' : names.slice(0, 5).join(', '),
      `the key ${parameters}`,
      'give the .quantize file that quantize wrote',
    )
  }
  const described = mapOf(given, [place, parameters])
  const entries = new Map(
    described.entries.map(({ key, value }): [string, TableEntry] => {
      const at = [place, key.text]
      if (tensorOfKey(key.text) === undefined)
        throw fault(at, key.text, '@<layer>:out<N>, @<layer>:weight or @<layer>:bias', 'correct the name')
      return [key.text, readEntry(mapOf(value, at), at)]
    }),
  )
  const version = valueAt(root, 'version')
  const table: QuantizeTable = {
    form: formOf(described),
    head,
    ...(version?.kind === 'scalar' ? { version } : {}),
    entries,
    customized: readCustomized(root, place, diagnostics),
    ...(names.indexOf(customizedLayers) >= 0 && names.indexOf(customizedLayers) < names.indexOf(parameters)
      ? { customizedFirst: true }
      : {}),
  }
  return { table, diagnostics }
}

/** Old entries begin with their scheme, under `dtype`; an empty table is a new one. */
const formOf = ({ entries: [first] }: YamlMap): TableForm =>
  first?.value.kind === 'map' && valueAt(first.value, 'dtype') !== undefined ? 'old' : 'new'

function readEntry(map: YamlMap, at: readonly string[]): TableEntry {
  for (const { key } of map.entries) {
    if (!entryKeys.includes(key.text)) {
      throw fault(
        [...at, key.text],
        'a key of no meaning',
        entryKeys.join(', '),
        didYouMean(key.text, entryKeys, 'take it out, or correct its name'),
      )
    }
  }
  const word = (name: string, choices?: readonly string[]): string | undefined => {
    const value = valueAt(map, name)
    if (value === undefined) return undefined
    const text = value.kind === 'scalar' ? value.text : value.kind === 'list' ? 'a list' : 'a map'
    if (value.kind !== 'scalar' || (choices !== undefined && !choices.includes(text)))
      throw fault([...at, name], text, choices?.join(', ') ?? 'one word', didYouMean(text, choices ?? [], 'correct it'))
    return text
  }
  const numbers = (name: string, isWhole = false): readonly number[] | undefined => {
    const value = valueAt(map, name)
    if (value === undefined) return undefined
    const items: readonly YamlNode[] = value.kind === 'list' ? value.items : value.kind === 'scalar' && value.text === '' ? [] : [value]
    return items.map((item) => {
      const text = item.kind === 'scalar' ? item.text : item.kind
      const number = text.trim() === '' ? Number.NaN : Number(text)
      if (!Number.isFinite(number) || (isWhole && !Number.isInteger(number)))
        throw fault([...at, name], text, isWhole ? 'whole numbers' : 'numbers', 'correct it')
      return number
    })
  }
  const single = (name: string, isWhole = false): number | undefined => {
    const found = numbers(name, isWhole)
    if (found !== undefined && found.length > 1) throw fault([...at, name], `${found.length} numbers`, 'one number', 'leave one')
    return found?.[0]
  }
  const quantizer = word('quantizer', quantizers) ?? word('dtype', quantizers)
  const qtype = word('qtype', storageTypes)
  for (const [name, value] of [
    ['quantizer', quantizer],
    ['qtype', qtype],
  ])
    if (value === undefined)
      throw fault(at, `no ${name}`, `${name}: ${(name === 'qtype' ? storageTypes : quantizers).join(', ')}`, 'add the key')
  const [min, max] = [single('min_value'), single('max_value')]
  if (min !== undefined && max !== undefined && min > max)
    throw fault(
      [...at, 'max_value'],
      `${max}, below min_value ${min}`,
      'the largest number',
      'correct it, or quantize again with --rebuild',
    )
  return present({
    qtype: qtype as TableEntry['qtype'],
    quantizer: quantizer as Quantizer,
    rounding: word('rounding'),
    min,
    max,
    scale: numbers('scale'),
    zeroPoint: numbers('zero_point', true),
    fl: numbers('fl', true),
    channelDim: single('channel_dim', true),
  })
}

/** Without what is not there. */
function present(entry: { readonly [Key in keyof TableEntry]: TableEntry[Key] | undefined }): TableEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as unknown as TableEntry
}

function readCustomized(root: YamlMap, place: string, diagnostics: Diagnostic[]): ReadonlyMap<string, string> {
  const known = [parameters, customizedLayers, 'version']
  const index = root.entries.findIndex(({ key }) => key.text === customizedLayers)
  const value = root.entries[index]?.value
  const inside =
    value === undefined || (value.kind === 'scalar' && value.text === '') ? [] : mapOf(value, [place, customizedLayers]).entries
  const outside = root.entries.filter(({ key }) => !known.includes(key.text))
  const [stray] = outside
  if (stray !== undefined) {
    if (index < 0 || root.entries.indexOf(stray) < index || inside.length > 0)
      throw fault(
        [place, stray.key.text],
        'a key of no meaning',
        known.join(', '),
        didYouMean(stray.key.text, known, 'take it out, or correct its name'),
      )
    diagnostics.push({
      level: 'warning',
      code: 'CUSTOMIZED_LAYERS_OUTSIDE',
      message: `${outside.length} layers behind ${customizedLayers} are not moved in; they are taken for its layers`,
      at: [place, stray.key.text],
    })
  }
  return new Map(
    [...inside, ...outside].map(({ key, value: type }) => {
      if (type.kind !== 'scalar' || type.text === '')
        throw fault(
          [place, customizedLayers, key.text],
          type.kind === 'scalar' ? 'nothing' : `a ${type.kind}`,
          'a type, as dynamic_fixed_point-i16',
          'write it behind the colon',
        )
      return [key.text, type.text]
    }),
  )
}

function mapOf(node: YamlNode, at: readonly string[]): YamlMap {
  if (node.kind === 'map') return node
  if (node.kind === 'scalar' && node.text === '') return { kind: 'map', entries: [], flow: false }
  throw fault(at, node.kind === 'scalar' ? node.text : 'a list', 'keys with values', 'write them in lines of their own, moved in')
}

const fault = (at: readonly string[], found: string, wanted: string, hint: string): QError =>
  new QError('QUANTIZE_TABLE', 'this quantization table is not as Acuity writes it', { at, found, wanted, hint })
