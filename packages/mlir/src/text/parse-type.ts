import type { Cursor } from './cursor.ts'
import { accept, expect, expectPattern, nested, peek, raise, skipBlanks, unexpected } from './cursor.ts'
import type { ElementName, ExpressedName, MlirElement, MlirType, StorageName } from './mlir-module.ts'
import { parseFloatNumber, parseSafeInteger } from './parse-number.ts'

/** Types already read, by their text: a file repeats each type many times. */
export type TypeCache = Map<string, MlirType>

const elementNames: ReadonlySet<string> = new Set<ElementName>([
  'f32',
  'f16',
  'bf16',
  'f64',
  'f8E4M3FN',
  'f8E5M2',
  'i1',
  'i4',
  'i8',
  'i16',
  'i32',
  'i64',
  'si4',
  'si8',
  'si16',
  'si32',
  'si64',
  'ui4',
  'ui8',
  'ui16',
  'ui32',
  'ui64',
])
const storageNames: ReadonlySet<string> = new Set<StorageName>(['i8', 'u8', 'i4', 'u4', 'i16', 'u16', 'i32', 'u32'])
const expressedNames: ReadonlySet<string> = new Set<ExpressedName>(['f32', 'f16', 'bf16'])
const none: MlirType = { kind: 'none' }
const word = /[A-Za-z]\w*/y
const dimension = /\d+(?=x)|\?(?=x)/y

/** Reads `none` or a tensor type. */
export function parseType(cursor: Cursor, cache: TypeCache): MlirType {
  if (accept(cursor, 'none')) return none
  if (!peek(cursor, 'tensor<')) throw unexpected(cursor, 'a type (none or tensor<…>)')
  const start = cursor.at
  const end = closingBracket(cursor.text, start + 6)
  const text = end === -1 ? undefined : cursor.text.slice(start, end + 1)
  const known = text === undefined ? undefined : cache.get(text)
  if (known !== undefined) {
    cursor.at = end + 1
    return known
  }
  const type = parseTensor(cursor)
  cache.set(cursor.text.slice(start, cursor.at), type)
  return type
}

/** Where the bracket that opens at `open` closes on the same line; -1 when it does not. */
function closingBracket(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x3c) depth++
    else if (code === 0x3e && --depth === 0) return at
    else if (code === 0x0a) return -1
  }
  return -1
}

function parseTensor(cursor: Cursor): MlirType {
  expect(cursor, 'tensor<', 'of a tensor type')
  const dims: number[] = []
  const unranked = accept(cursor, '*x')
  if (!unranked) {
    for (;;) {
      skipBlanks(cursor)
      dimension.lastIndex = cursor.at
      if (!dimension.test(cursor.text)) break
      dims.push(accept(cursor, '?') ? -1 : parseSafeInteger(cursor, 'a dimension'))
      expect(cursor, 'x', 'after a dimension')
    }
  }
  const element = parseElement(cursor)
  let address: number | undefined
  if (accept(cursor, ',')) {
    address = parseSafeInteger(cursor, 'an address')
    expect(cursor, ':', 'after an address')
    expect(cursor, 'i64', 'as the type of an address')
  }
  expect(cursor, '>', 'at the end of a tensor type')
  return { kind: 'tensor', ...(unranked ? {} : { dims }), element, ...(address === undefined ? {} : { address }) }
}

function parseElement(cursor: Cursor): MlirElement {
  if (accept(cursor, '!quant.calibrated<')) {
    return nested(cursor, () => {
      const expressed = parseWord<ExpressedName>(cursor, expressedNames, 'f32, f16 or bf16')
      expect(cursor, '<', 'before the calibrated range')
      const min = parseFloatNumber(cursor, 'the lower end of the calibrated range')
      expect(cursor, ':', 'between the ends of the calibrated range')
      const max = parseFloatNumber(cursor, 'the upper end of the calibrated range')
      expect(cursor, '>', 'after the calibrated range')
      expect(cursor, '>', 'at the end of the calibrated type')
      return { kind: 'calibrated', expressed, min, max }
    })
  }
  if (accept(cursor, '!quant.uniform<')) return parseUniform(cursor)
  return { kind: 'plain', name: parseWord<ElementName>(cursor, elementNames, 'an element type (f32, i8, si8, !quant.…)') }
}

function parseUniform(cursor: Cursor): MlirElement {
  const storage = parseWord<StorageName>(cursor, storageNames, 'a storage type (i8, u8, i4, …)')
  let range: { readonly min: number; readonly max: number } | undefined
  if (accept(cursor, '<')) {
    const min = parseSafeInteger(cursor, 'the lowest code')
    expect(cursor, ':', 'between the codes of a storage range')
    const max = parseSafeInteger(cursor, 'the highest code')
    expect(cursor, '>', 'after a storage range')
    range = { min, max }
  }
  expect(cursor, ':', 'after the storage type')
  const expressed = parseWord<ExpressedName>(cursor, expressedNames, 'f32, f16 or bf16')
  expect(cursor, ',', 'before the scale')
  const scale = parseFloatNumber(cursor, 'a scale')
  const zeroPoint = accept(cursor, ':') ? parseSafeInteger(cursor, 'a zero point') : 0
  expect(cursor, '>', 'at the end of the quantized type')
  return { kind: 'uniform', storage, ...(range === undefined ? {} : { range }), expressed, scale, zeroPoint }
}

function parseWord<Name extends string>(cursor: Cursor, names: ReadonlySet<string>, wanted: string): Name {
  const start = cursor.at
  const found = expectPattern(cursor, word, wanted)
  if (!names.has(found)) {
    cursor.at = start
    raise(unexpected(cursor, wanted))
  }
  return found as Name
}
