import { QError } from '@q/ir'
import type { Cursor } from './cursor.ts'
import { accept, expect, expectPattern, glimpse, openCursor, peek, skipBlanks, textError, unexpected } from './cursor.ts'
import type { MlirArgument, MlirAttributes, MlirModule, MlirType } from './mlir-module.ts'
import { parseEntries } from './parse-attribute.ts'
import type { RawLocation } from './parse-location.ts'
import { parseAliases, parseLocation, resolveLocation } from './parse-location.ts'
import type { FunctionScope, RawOperation } from './parse-operation.ts'
import { checkUse, defineValue, notAnOperation, parseOperation, parseResultTypes, parseUseList } from './parse-operation.ts'
import { parseString } from './parse-string.ts'
import { parseType } from './parse-type.ts'

/** Options of {@link parseMlir}. */
export interface ParseOptions {
  /** File name for error messages. */
  readonly file?: string
}

interface RawFunction {
  readonly arguments: readonly (Omit<MlirArgument, 'location'> & { readonly location: RawLocation })[]
  readonly resultTypes: readonly MlirType[]
  readonly operations: readonly RawOperation[]
  readonly returns: readonly string[]
}

const bareName = /[A-Za-z_][\w.$]*/y
const argumentName = /%[\w.$-]+/y

/**
 * Reads the text of a Top or Tpu file (`*.mlir`, `*_origin.mlir`, `*_tpu.mlir`), in the form the
 * vendor's tools print or in MLIR's fully generic form.
 *
 * Attributes may stand in any order, locations may be aliases defined anywhere, line ends may be
 * CRLF, and `//` comments are passed over.
 *
 * @throws QError with line and column: `MLIR_NOT_MLIR`, `MLIR_SYNTAX`, `MLIR_TRUNCATED`, `MLIR_UNSUPPORTED`
 * (files with regions or several functions), `MLIR_DUPLICATE`, `MLIR_UNDEFINED`, `MLIR_TYPE_MISMATCH`.
 */
export function parseMlir(text: string, { file }: ParseOptions = {}): MlirModule {
  const cursor = openCursor(text, file)
  refuseOtherFiles(cursor)
  const aliases = new Map<string, RawLocation>()
  parseAliases(cursor, aliases)
  const { name, attributes, body } = peek(cursor, '"builtin.module"') ? parseGenericModule(cursor) : parsePrettyModule(cursor)
  parseAliases(cursor, aliases)
  skipBlanks(cursor)
  if (cursor.at < text.length) throw unexpected(cursor, 'the end of the file, or a location alias (#loc1 = …)')
  return {
    name,
    attributes,
    arguments: body.arguments.map((argument) => ({ ...argument, location: resolveLocation(cursor, argument.location, aliases) })),
    resultTypes: body.resultTypes,
    operations: body.operations.map((operation) => ({ ...operation, location: resolveLocation(cursor, operation.location, aliases) })),
    returns: body.returns,
    endsWithBlankLine: /\n\r?\n$/.test(text),
  }
}

function refuseOtherFiles(cursor: Cursor): void {
  skipBlanks(cursor)
  if (/^(?:#loc|module\b|"builtin\.module")/.test(cursor.text.slice(cursor.at, cursor.at + 20))) return
  const empty = cursor.at >= cursor.text.length
  throw new QError('MLIR_NOT_MLIR', empty ? 'the file is empty' : 'this is not an MLIR text file', {
    at: cursor.file === undefined ? [`line ${cursor.line}`] : [cursor.file, `line ${cursor.line}`],
    found: empty ? 'nothing' : `text that begins with ${glimpse(cursor)}`,
    wanted: "text that begins with 'module' or '#loc'",
    hint: 'give the .mlir file that model_transform or model_deploy wrote',
  })
}

function parsePrettyModule(cursor: Cursor) {
  expect(cursor, 'module', 'at the beginning of a module')
  const name = accept(cursor, '@') ? parseSymbol(cursor) : undefined
  let attributes: MlirAttributes = new Map()
  if (accept(cursor, 'attributes')) {
    expect(cursor, '{', 'before the module attributes')
    attributes = parseEntries(cursor)
  }
  expect(cursor, '{', 'of a module')
  const body = parsePrettyFunction(cursor)
  refuseSecondFunction(cursor)
  expect(cursor, '}', 'at the end of a module')
  parseLocation(cursor)
  return { name, attributes, body }
}

function parsePrettyFunction(cursor: Cursor): RawFunction {
  if (!accept(cursor, 'func.func')) throw unexpected(cursor, "'func.func @main('")
  skipBlanks(cursor)
  const start = cursor.at
  checkMain(cursor, accept(cursor, '@') ? parseSymbol(cursor) : expectPattern(cursor, bareName, 'a function name (@main)'), start)
  const scope: FunctionScope = { cursor, types: new Map(), values: new Map() }
  const declared = parseArguments(scope)
  const resultTypes = accept(cursor, '->') ? parseResultTypes(cursor, scope.types) : []
  expect(cursor, '{', 'of a function')
  const operations: RawOperation[] = []
  while (peek(cursor, '%') || peek(cursor, '"')) operations.push(parseOperation(scope))
  if (!accept(cursor, 'return') && !accept(cursor, 'func.return')) throw notAnOperation(cursor)
  const returns = parseReturn(scope, resultTypes)
  parseLocation(cursor)
  expect(cursor, '}', 'at the end of a function')
  parseLocation(cursor)
  return { arguments: declared, resultTypes, operations, returns }
}

/** Reads what follows `return`: values and their types, which must be the function's. */
function parseReturn(scope: FunctionScope, resultTypes: readonly MlirType[]): readonly string[] {
  const { cursor, types } = scope
  skipBlanks(cursor)
  const start = cursor.at
  if (!peek(cursor, '%')) {
    if (resultTypes.length > 0) throw unexpected(cursor, `${resultTypes.length} values to return`)
    return []
  }
  const returns = parseUseList(scope)
  expect(cursor, ':', 'before the types of the returned values')
  let count = 0
  do checkUse(scope, returns[count++] ?? '', parseType(cursor, types), start)
  while (accept(cursor, ','))
  if (count !== returns.length || count !== resultTypes.length) {
    throw textError(
      cursor,
      'MLIR_TYPE_MISMATCH',
      'the returned values do not fit the function',
      {
        found: `${returns.length} values and ${count} types`,
        wanted: `${resultTypes.length} of each`,
        hint: 'make func.func and return agree',
      },
      start,
    )
  }
  returns.forEach((value, k) => checkUse(scope, value, resultTypes[k]!, start))
  return returns
}

function parseArguments(scope: FunctionScope, closing = ')'): RawFunction['arguments'] {
  const { cursor } = scope
  expect(cursor, '(', 'before the arguments of a function')
  const list: { name: string; type: MlirType; location: RawLocation }[] = []
  if (accept(cursor, closing)) return list
  do {
    skipBlanks(cursor)
    const start = cursor.at
    const name = expectPattern(cursor, argumentName, 'an argument (%arg0)').slice(1)
    expect(cursor, ':', 'before the type of an argument')
    const type = parseType(cursor, scope.types)
    defineValue(scope, name, type, start)
    list.push({ name, type, location: parseLocation(cursor) })
  } while (accept(cursor, ','))
  expect(cursor, closing, 'or a comma after an argument')
  return list
}

/** Reads `"builtin.module"() <{sym_name = "x"}> ({ … }) {attributes} : () -> ()`. */
function parseGenericModule(cursor: Cursor) {
  const properties = parseGenericHead(cursor, 'builtin.module')
  const main = parseGenericHead(cursor, 'func.func')
  const start = cursor.at
  const scope: FunctionScope = { cursor, types: new Map(), values: new Map() }
  const declared = accept(cursor, '^bb0') ? parseArguments(scope) : []
  if (declared.length > 0) expect(cursor, ':', 'after the arguments of a block')
  const operations: RawOperation[] = []
  while (peek(cursor, '%') || peek(cursor, '"')) {
    const operation = parseOperation(scope)
    operations.push(operation)
    if (operation.name === 'func.return') break
  }
  const last = operations.pop()
  if (last?.name !== 'func.return') throw notAnOperation(cursor)
  const functionAttributes = new Map([...main, ...parseGenericTail(cursor)])
  refuseSecondFunction(cursor)
  const attributes = new Map([...properties, ...parseGenericTail(cursor)])
  checkMain(cursor, stringOf(functionAttributes, 'sym_name') ?? '', start)
  const name = stringOf(attributes, 'sym_name')
  attributes.delete('sym_name')
  return { name, attributes, body: { arguments: declared, resultTypes: last.operandTypes, operations, returns: last.operands } }
}

function parseGenericHead(cursor: Cursor, operation: string): MlirAttributes {
  skipBlanks(cursor)
  expect(cursor, `"${operation}"`, 'of the generic form')
  expect(cursor, '(', 'before the operands')
  expect(cursor, ')', `(${operation} has no operands)`)
  let properties: MlirAttributes = new Map()
  if (accept(cursor, '<{')) {
    properties = parseEntries(cursor)
    expect(cursor, '>', 'after the properties')
  }
  expect(cursor, '({', 'before a region')
  return properties
}

function parseGenericTail(cursor: Cursor): MlirAttributes {
  expect(cursor, '})', 'at the end of a region')
  const attributes = accept(cursor, '{') ? parseEntries(cursor) : new Map<string, never>()
  expect(cursor, ':', 'after a region')
  expect(cursor, '()', 'as operand types')
  expect(cursor, '->', 'before the result types')
  expect(cursor, '()', 'as result types')
  parseLocation(cursor)
  return attributes
}

function stringOf(attributes: MlirAttributes, name: string): string | undefined {
  const attribute = attributes.get(name)
  return attribute?.kind === 'string' ? attribute.value : undefined
}

function parseSymbol(cursor: Cursor): string {
  return cursor.text[cursor.at] === '"' ? parseString(cursor, 'a name') : expectPattern(cursor, bareName, "a name after '@'")
}

function checkMain(cursor: Cursor, name: string, offset: number): void {
  if (name === 'main') return
  throw textError(
    cursor,
    'MLIR_UNSUPPORTED',
    'the function is not main',
    {
      found: `@${name}`,
      wanted: '@main',
      hint: 'rename the function; sub-functions occur only in *_final.mlir, which is not read',
    },
    offset,
  )
}

function refuseSecondFunction(cursor: Cursor): void {
  if (!peek(cursor, 'func.func') && !peek(cursor, '"func.func"')) return
  throw textError(cursor, 'MLIR_UNSUPPORTED', 'the module has a second function', {
    found: 'several functions, as in *_final.mlir',
    wanted: 'one function, @main',
    hint: 'give the *_tpu.mlir that the final file was made from',
  })
}
