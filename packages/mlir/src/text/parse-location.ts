import type { Cursor } from './cursor.ts'
import { accept, expect, expectPattern, nested, peek, skipBlanks, textError, unexpected } from './cursor.ts'
import type { MlirLocation } from './mlir-module.ts'
import { parseString } from './parse-string.ts'

/** A location as written: an alias is looked up when the whole text has been read. */
export type RawLocation =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'fused'; readonly parts: readonly RawLocation[] }
  | { readonly kind: 'alias'; readonly alias: string; readonly offset: number }

export type LocationAliases = ReadonlyMap<string, RawLocation>

const unknown: RawLocation = { kind: 'unknown' }
const alias = /#loc\d*/y
const coordinates = /:\d+:\d+(?: to (?:\d*:)?\d+)?/y

/** Reads `loc(…)` if it is there; an operation without one has the location `unknown`. */
export function parseLocation(cursor: Cursor): RawLocation {
  return peek(cursor, 'loc(') ? parseLocationBody(cursor) : unknown
}

/** Reads `#loc7 = loc(…)` lines into `aliases`, as many as there are. */
export function parseAliases(cursor: Cursor, aliases: Map<string, RawLocation>): void {
  while (peek(cursor, '#')) {
    const start = cursor.at
    const name = expectPattern(cursor, alias, 'a location alias (#loc1)')
    if (aliases.has(name)) {
      throw textError(
        cursor,
        'MLIR_DUPLICATE',
        `${name} is defined twice`,
        {
          found: `a second definition of ${name}`,
          wanted: 'one definition',
          hint: 'remove one of them',
        },
        start,
      )
    }
    expect(cursor, '=', 'after a location alias')
    if (!peek(cursor, 'loc(')) throw unexpected(cursor, 'loc(…)')
    aliases.set(name, parseLocationBody(cursor))
  }
}

function parseLocationBody(cursor: Cursor): RawLocation {
  expect(cursor, 'loc(', 'of a location')
  const body = parsePart(cursor)
  expect(cursor, ')', 'at the end of a location')
  return body
}

function parsePart(cursor: Cursor): RawLocation {
  skipBlanks(cursor)
  if (peek(cursor, '#')) {
    const offset = cursor.at
    return { kind: 'alias', alias: expectPattern(cursor, alias, 'a location alias (#loc1)'), offset }
  }
  if (accept(cursor, 'unknown')) return unknown
  if (accept(cursor, 'fused[')) {
    return nested(cursor, () => {
      const parts: RawLocation[] = []
      do parts.push(parsePart(cursor))
      while (accept(cursor, ','))
      expect(cursor, ']', 'or a comma in a fused location')
      return { kind: 'fused', parts }
    })
  }
  const name = parseString(cursor, 'a location (#loc1, "name", unknown or fused[…])')
  coordinates.lastIndex = cursor.at
  const place = coordinates.exec(cursor.text)
  if (place !== null) {
    cursor.at += place[0].length
    return unknown
  }
  if (accept(cursor, '(')) {
    nested(cursor, () => parsePart(cursor))
    expect(cursor, ')', 'after the place a name belongs to')
  }
  return { kind: 'name', name }
}

/**
 * The names a location stands for.
 *
 * @throws QError `MLIR_UNDEFINED` for an alias without a definition, `MLIR_SYNTAX` for one that leads back to itself.
 */
export function resolveLocation(cursor: Cursor, location: RawLocation, aliases: LocationAliases): MlirLocation {
  const names: string[] = []
  collect(cursor, location, aliases, names, new Set())
  return names.length === 0 ? undefined : names
}

function collect(cursor: Cursor, location: RawLocation, aliases: LocationAliases, names: string[], open: Set<string>): void {
  switch (location.kind) {
    case 'unknown':
      return
    case 'name':
      names.push(location.name)
      return
    case 'fused':
      for (const part of location.parts) collect(cursor, part, aliases, names, open)
      return
    case 'alias': {
      const meant = aliases.get(location.alias)
      if (meant === undefined) {
        throw textError(
          cursor,
          'MLIR_UNDEFINED',
          `${location.alias} is not defined`,
          {
            found: location.alias,
            wanted: `a line '${location.alias} = loc(…)', usually at the end of the file`,
            hint: 'the end of the file may be missing; copy or write it again',
          },
          location.offset,
        )
      }
      if (open.has(location.alias)) {
        throw textError(
          cursor,
          'MLIR_SYNTAX',
          `${location.alias} is defined by itself`,
          {
            found: location.alias,
            wanted: 'a name',
            hint: 'give the alias a name',
          },
          location.offset,
        )
      }
      open.add(location.alias)
      collect(cursor, meant, aliases, names, open)
      open.delete(location.alias)
    }
  }
}
