import { pythonNumber } from '../python-number.ts'
import type { YamlEntry, YamlNode, YamlText } from '../yaml-text.ts'
import { printYamlText, scalar } from '../yaml-text.ts'
import type { QuantizeTable, TableEntry, TableForm } from './quantize-table.ts'
import { tensorOfKey } from './quantize-table.ts'

/** The lines that open a file of each form. */
export const headOf: Readonly<Record<TableForm, readonly string[]>> = {
  old: ['%YAML 1.2', '---', '# !!!This file disallow TABs!!!'],
  new: [],
}

/** The text of a `.quantize` file in its form (spec/acuity.md 3.5). What the tool wrote and {@link parseQuantizeTable} read comes out as it was. */
export function printQuantizeTable(table: QuantizeTable): string {
  const entries = [...table.entries].map(
    ([key, entry]): YamlEntry => ({
      key: { kind: 'scalar', text: key, quote: "'" },
      value: map(table.form === 'old' ? oldEntry(key, entry) : newEntry(entry)),
    }),
  )
  const customized = [...table.customized].map(([layer, type]) => pair(layer, scalar(type)))
  const parts: readonly YamlEntry[] = [pair('quantize_parameters', map(entries)), pair('customized_quantize_layers', map(customized))]
  const text: YamlText = {
    head: table.head,
    root: map([
      ...(table.version === undefined ? [] : [pair('version', table.version)]),
      ...(table.customizedFirst === true ? parts.toReversed() : parts),
    ]),
  }
  return printYamlText(text, { indent: table.form === 'old' ? 4 : 2 })
}

/** Scheme first, type last; scales and points as lists, and the range of a weight too. A bias has no range. */
function oldEntry(key: string, entry: TableEntry): readonly YamlEntry[] {
  const isOutput = tensorOfKey(key)?.port.startsWith('out') === true
  const limit = (x: number | undefined): YamlNode => (x === undefined ? scalar('') : isOutput ? number(x) : list([number(x)]))
  const several = (values: readonly number[] | undefined, each: (x: number) => YamlNode): YamlNode =>
    values === undefined || values.length === 0 ? scalar('') : list(values.map(each))
  const format =
    entry.quantizer === 'dynamic_fixed_point'
      ? [pair('fl', several(entry.fl, whole))]
      : [pair('zero_point', several(entry.zeroPoint, whole)), pair('scale', several(entry.scale, number))]
  return [
    pair('dtype', scalar(entry.quantizer)),
    pair('method', scalar('layer')),
    pair('max_value', limit(entry.max)),
    pair('min_value', limit(entry.min)),
    ...format,
    pair('qtype', scalar(entry.qtype)),
  ]
}

/** Type first; single numbers, but for scales of channels. */
function newEntry({ qtype, quantizer, rounding = 'rtne', min, max, scale, zeroPoint, fl, channelDim }: TableEntry): readonly YamlEntry[] {
  const dotted = (x: number): YamlNode => scalar(pythonNumber(x, { dotted: true }))
  const one = (values: readonly number[], each: (x: number) => YamlNode): YamlNode =>
    values[0] === undefined ? scalar('') : each(values[0])
  return [
    pair('qtype', scalar(qtype)),
    pair('quantizer', scalar(quantizer)),
    pair('rounding', scalar(rounding)),
    ...(max === undefined ? [] : [pair('max_value', dotted(max))]),
    ...(min === undefined ? [] : [pair('min_value', dotted(min))]),
    ...(scale === undefined ? [] : [pair('scale', channelDim === undefined ? one(scale, dotted) : list(scale.map(dotted)))]),
    ...(zeroPoint === undefined ? [] : [pair('zero_point', zeroPoint.length > 1 ? list(zeroPoint.map(whole)) : one(zeroPoint, whole))]),
    ...(fl === undefined ? [] : [pair('fl', one(fl, whole))]),
    ...(channelDim === undefined ? [] : [pair('channel_dim', whole(channelDim))]),
  ]
}

const map = (entries: readonly YamlEntry[]) => ({ kind: 'map', entries, flow: false }) as const
const list = (items: readonly YamlNode[]): YamlNode => ({ kind: 'list', items, flow: false })
const pair = (name: string, value: YamlNode): YamlEntry => ({ key: scalar(name), value })
const number = (x: number): YamlNode => scalar(pythonNumber(x))
const whole = (x: number): YamlNode => scalar(String(x))
