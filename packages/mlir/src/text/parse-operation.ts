import { didYouMean } from '@q/ir'
import type { Cursor } from './cursor.ts'
import { accept, expect, expectPattern, peek, skipBlanks, textError, unexpected } from './cursor.ts'
import type { MlirAttribute, MlirOperation, MlirType } from './mlir-module.ts'
import { parseEntries } from './parse-attribute.ts'
import type { RawLocation } from './parse-location.ts'
import { parseLocation } from './parse-location.ts'
import { parseString } from './parse-string.ts'
import type { TypeCache } from './parse-type.ts'
import { parseType } from './parse-type.ts'
import { printType } from './print-type.ts'

/** What is known while the body of a function is read. */
export interface FunctionScope {
  readonly cursor: Cursor
  readonly types: TypeCache
  /** SSA names seen so far, without `%`, with their types. */
  readonly values: Map<string, MlirType>
}

/** An operation whose location may still be an alias. */
export interface RawOperation extends Omit<MlirOperation, 'location'> {
  readonly location: RawLocation
}

const valueName = /%[\w.$-]+/y
const valueUse = /%[\w.$-]+(?:#\d+)?/y
const count = /:\d{1,4}/y

/** Reads one operation in generic form; its results become known in `scope`. */
export function parseOperation(scope: FunctionScope): RawOperation {
  const { cursor, types } = scope
  skipBlanks(cursor)
  const { line } = cursor
  const resultOffset = cursor.at
  const results = parseResults(cursor)
  const nameOffset = cursor.at
  const name = parseString(cursor, 'an operation ("top.Conv", "tpu.Conv2D", …)')
  expect(cursor, '(', 'before the operands')
  skipBlanks(cursor)
  const operandOffset = cursor.at
  const operands = parseUses(scope)
  const attributes = new Map<string, MlirAttribute>()
  if (accept(cursor, '<{')) for (const [key, value] of parseEntries(cursor)) attributes.set(key, value)
  if (attributes.size > 0) expect(cursor, '>', 'after the properties')
  if (peek(cursor, '({') || peek(cursor, '[')) throw refuseRegion(cursor, name)
  if (accept(cursor, '{')) for (const [key, value] of parseEntries(cursor)) attributes.set(key, value)
  expect(cursor, ':', 'before the types of an operation')
  expect(cursor, '(', 'before the operand types')
  const operandTypes = parseTypeList(cursor, types)
  expect(cursor, '->', 'before the result types')
  const resultTypes = parseResultTypes(cursor, types)
  const location = parseLocation(cursor)
  checkCount(cursor, `${name} has ${operands.length} operands`, operands.length, operandTypes.length, operandOffset)
  checkCount(cursor, `${name} has ${results.length} results`, results.length, resultTypes.length, nameOffset)
  operands.forEach((operand, k) => checkUse(scope, operand, operandTypes[k]!, operandOffset))
  results.forEach((result, k) => defineValue(scope, result, resultTypes[k]!, resultOffset))
  return { name, results, operands, attributes, operandTypes, resultTypes, location, line }
}

/** Makes `name` known, or throws when it already is. */
export function defineValue({ cursor, values }: FunctionScope, name: string, type: MlirType, offset: number): void {
  if (values.has(name)) {
    throw textError(
      cursor,
      'MLIR_DUPLICATE',
      `%${name} is defined twice`,
      {
        found: `a second definition of %${name}`,
        wanted: 'a name of its own for each result',
        hint: 'rename one of them',
      },
      offset,
    )
  }
  values.set(name, type)
}

/** Throws when `operand` has another type where it was defined. */
export function checkUse({ cursor, values }: FunctionScope, operand: string, type: MlirType, offset: number): void {
  const defined = values.get(operand)
  if (defined === undefined || defined === type) return
  const [found, wanted] = [printType(type), printType(defined)]
  if (found === wanted) return
  throw textError(
    cursor,
    'MLIR_TYPE_MISMATCH',
    `%${operand} has another type here than where it was defined`,
    {
      found,
      wanted,
      hint: 'make both types equal',
    },
    offset,
  )
}

/** Reads `%1, %2)`, the closing bracket included; every name must be known. */
function parseUses(scope: FunctionScope): readonly string[] {
  const { cursor } = scope
  if (accept(cursor, ')')) return []
  const uses = parseUseList(scope)
  expect(cursor, ')', 'or a comma after an operand')
  return uses
}

/** Reads `%1, %2`; every name must be known. */
export function parseUseList({ cursor, values }: FunctionScope): readonly string[] {
  const uses: string[] = []
  do {
    skipBlanks(cursor)
    const start = cursor.at
    const written = expectPattern(cursor, valueUse, 'an operand (%0)').slice(1)
    const use = !values.has(written) && written.endsWith('#0') ? written.slice(0, -2) : written
    if (!values.has(use)) {
      throw textError(
        cursor,
        'MLIR_UNDEFINED',
        `%${written} is used before it is defined`,
        {
          found: `%${written}`,
          wanted: 'a result of an operation above',
          hint: didYouMean(
            `%${written}`,
            Array.from(values.keys(), (name) => `%${name}`),
            'define it above this line',
          ),
        },
        start,
      )
    }
    uses.push(use)
  } while (accept(cursor, ','))
  return uses
}

/** Reads types up to the closing bracket, which it passes. */
function parseTypeList(cursor: Cursor, types: TypeCache): readonly MlirType[] {
  const list: MlirType[] = []
  if (accept(cursor, ')')) return list
  do list.push(parseType(cursor, types))
  while (accept(cursor, ','))
  expect(cursor, ')', 'or a comma after a type')
  return list
}

/** Reads one type, or several in brackets. */
export function parseResultTypes(cursor: Cursor, types: TypeCache): readonly MlirType[] {
  return accept(cursor, '(') ? parseTypeList(cursor, types) : [parseType(cursor, types)]
}

/** Reads `%0 = `, `%values, %indices = ` or `%3:2 = `, if there. */
function parseResults(cursor: Cursor): readonly string[] {
  const results: string[] = []
  if (!peek(cursor, '%')) return results
  do {
    const name = expectPattern(cursor, valueName, 'a result (%0)').slice(1)
    count.lastIndex = cursor.at
    const several = count.exec(cursor.text)?.[0]
    if (several === undefined) results.push(name)
    else {
      cursor.at += several.length
      const total = Number(several.slice(1))
      for (let k = 0; k < total; k++) results.push(total === 1 ? name : `${name}#${k}`)
    }
  } while (accept(cursor, ','))
  expect(cursor, '=', 'after the results')
  skipBlanks(cursor)
  return results
}

function checkCount(cursor: Cursor, what: string, wanted: number, found: number, offset: number): void {
  if (wanted === found) return
  throw textError(
    cursor,
    'MLIR_TYPE_MISMATCH',
    `${what} but ${found} types of them`,
    {
      found: `${found} types`,
      wanted: `${wanted}`,
      hint: 'write one type for each',
    },
    offset,
  )
}

function refuseRegion(cursor: Cursor, name: string) {
  return textError(cursor, 'MLIR_UNSUPPORTED', `${name} encloses other operations`, {
    found: 'a region, as in *_final.mlir after layer grouping',
    wanted: 'a flat list of operations, as in a Top file or *_tpu.mlir',
    hint: 'give the *_tpu.mlir that the final file was made from',
  })
}

/** The error for text between operations that is none. */
export function notAnOperation(cursor: Cursor) {
  return unexpected(cursor, "an operation, return or '}'", 'only the flat form of Top files and *_tpu.mlir is read, not *_final.mlir')
}
