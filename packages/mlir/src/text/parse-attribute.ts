import type { Cursor } from './cursor.ts'
import { accept, acceptPattern, expect, expectPattern, nested, peek, skipBlanks, textError, unexpected } from './cursor.ts'
import type { IntegerName, MlirAttribute, MlirAttributes, MlirInteger } from './mlir-module.ts'
import { floatFromBits, parseInteger } from './parse-number.ts'
import { parseString } from './parse-string.ts'

const key = /[A-Za-z_][\w.$]*/y
const number = /0x[0-9a-fA-F]+|[-+]?\d+(?:\.\d*(?:[eE][-+]?\d+)?)?/y
const integerList = /\[-?\d{1,15}(?:, ?-?\d{1,15})*\]/y
const typeName = /[a-z]+\d*/y
const enumBody = /#tpu<(\w+) (\w+)>/y
const opaqueStart = /#[\w.]+<|![\w.]+|tensor<|memref<|vector<|dense<|@|[fsu]?i?\d+\b|\(/y
const integerNames: ReadonlySet<string> = new Set<IntegerName>(['i64', 'si64', 'ui64', 'i32', 'si32', 'ui32', 'i16', 'i8', 'index'])

/** Reads `{a = 1 : i64, …}` after its opening bracket, the closing one included. */
export function parseEntries(cursor: Cursor, closing = '}'): MlirAttributes {
  const entries = new Map<string, MlirAttribute>()
  if (accept(cursor, closing)) return entries
  do {
    skipBlanks(cursor)
    const start = cursor.at
    const name = peek(cursor, '"') ? parseString(cursor, 'an attribute name') : expectPattern(cursor, key, 'an attribute name')
    if (entries.has(name)) {
      throw textError(
        cursor,
        'MLIR_DUPLICATE',
        `attribute '${name}' stands twice in one list`,
        {
          found: `a second '${name}'`,
          wanted: 'each name once',
          hint: 'remove one of them',
        },
        start,
      )
    }
    entries.set(name, accept(cursor, '=') ? parseAttribute(cursor) : { kind: 'unit' })
  } while (accept(cursor, ','))
  expect(cursor, closing, 'or a comma after an attribute')
  return entries
}

/** Reads one attribute value. */
function parseAttribute(cursor: Cursor): MlirAttribute {
  skipBlanks(cursor)
  const { text } = cursor
  switch (text[cursor.at]) {
    case '"':
      return { kind: 'string', value: parseString(cursor, 'a string') }
    case '[':
      return parseArray(cursor)
    case '{':
      cursor.at++
      return { kind: 'dict', entries: nested(cursor, () => parseEntries(cursor)) }
    case '#': {
      enumBody.lastIndex = cursor.at
      const match = enumBody.exec(text)
      if (match === null) return parseOpaque(cursor)
      cursor.at += match[0].length
      return { kind: 'enum', name: match[1]!, value: match[2]! }
    }
  }
  if (accept(cursor, 'true')) return { kind: 'bool', value: true }
  if (accept(cursor, 'false')) return { kind: 'bool', value: false }
  if (accept(cursor, 'unit')) return { kind: 'unit' }
  if (accept(cursor, 'array<')) return parseDense(cursor)
  return parseNumber(cursor) ?? parseOpaque(cursor)
}

function parseNumber(cursor: Cursor): MlirAttribute | undefined {
  skipBlanks(cursor)
  const start = cursor.at
  const digits = acceptPattern(cursor, number)
  if (digits === undefined) return undefined
  const isHex = digits.startsWith('0x')
  const isFloat = digits.includes('.') || isHex
  const type = accept(cursor, ':') ? expectPattern(cursor, typeName, 'the type of a number') : isFloat ? 'f64' : 'i64'
  if (isFloat && (type === 'f64' || type === 'f32')) {
    const value = isHex ? floatFromBits(BigInt.asUintN(64, BigInt(digits)), type === 'f64' ? 64 : 32) : Number(digits)
    return { kind: 'float', type, value: type === 'f32' ? Math.fround(value) : value }
  }
  if (!isFloat && integerNames.has(type)) {
    const end = cursor.at
    cursor.at = start
    const value = parseInteger(cursor, 'an integer')
    cursor.at = end
    return { kind: 'int', type: type as IntegerName, value }
  }
  throw textError(
    cursor,
    'MLIR_SYNTAX',
    `${digits} can't have the type ${type}`,
    {
      found: `${digits} : ${type}`,
      wanted: isFloat ? 'f64 or f32 for a number with a point' : 'an integer type for a number without a point',
      hint: isFloat ? 'write an integer without a point' : `a float needs a point: write ${digits}.0`,
    },
    start,
  )
}

function parseArray(cursor: Cursor): MlirAttribute {
  integerList.lastIndex = cursor.at
  const list = integerList.exec(cursor.text)?.[0]
  if (list !== undefined) {
    cursor.at += list.length
    return { kind: 'ints', values: list.slice(1, -1).split(',').map(Number) }
  }
  const values: MlirAttribute[] = []
  expect(cursor, '[', 'of an array')
  nested(cursor, () => {
    if (accept(cursor, ']')) return
    do values.push(parseAttribute(cursor))
    while (accept(cursor, ','))
    expect(cursor, ']', 'or a comma in an array')
  })
  return arrayOf(values)
}

/** The tightest kind of array that holds `values`. */
function arrayOf(values: readonly MlirAttribute[]): MlirAttribute {
  const ints: MlirInteger[] = []
  const floats: number[] = []
  const strings: string[] = []
  for (const value of values) {
    if (value.kind === 'int' && value.type === 'i64') ints.push(value.value)
    else if (value.kind === 'float' && value.type === 'f64') floats.push(value.value)
    else if (value.kind === 'string') strings.push(value.value)
    else return { kind: 'array', values }
  }
  if (ints.length === values.length) return { kind: 'ints', values: ints }
  if (floats.length === values.length) return { kind: 'floats', values: floats }
  if (strings.length === values.length) return { kind: 'strings', values: strings }
  return { kind: 'array', values }
}

function parseDense(cursor: Cursor): MlirAttribute {
  const type = expectPattern(cursor, typeName, 'an integer type')
  if (!integerNames.has(type)) throw unexpected(cursor, 'an integer type such as i64')
  const values: MlirInteger[] = []
  if (accept(cursor, ':')) {
    do values.push(parseInteger(cursor, 'an integer'))
    while (accept(cursor, ','))
  }
  expect(cursor, '>', 'at the end of array<…>')
  return { kind: 'dense', type: type as IntegerName, values }
}

/** Keeps the text of an attribute of another kind: types, symbols, attributes of other dialects. */
function parseOpaque(cursor: Cursor): MlirAttribute {
  skipBlanks(cursor)
  opaqueStart.lastIndex = cursor.at
  if (!opaqueStart.test(cursor.text)) throw unexpected(cursor, 'an attribute value')
  const { text, at: start } = cursor
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (char === '\n') break
    if ('<([{'.includes(char)) depth++
    else if (char === '>' && text[at - 1] === '-') continue
    else if ('>)]}'.includes(char) && depth > 0) depth--
    else if (',}]>)'.includes(char) && depth === 0) {
      cursor.at = at
      return { kind: 'opaque', text: text.slice(start, at).trimEnd() }
    }
  }
  return { kind: 'opaque', text: failOpaque(cursor) }
}

function failOpaque(cursor: Cursor): never {
  throw textError(cursor, 'MLIR_SYNTAX', 'an attribute value does not end on its line', {
    found: 'an open bracket',
    wanted: 'its closing bracket',
    hint: 'close the bracket',
  })
}
