import type { Cursor } from './cursor.ts'
import { acceptPattern, expectPattern, textError } from './cursor.ts'
import type { MlirInteger } from './mlir-module.ts'

const float = /[-+]?\d+\.\d*(?:[eE][-+]?\d+)?/y
const hexadecimal = /0x[0-9a-fA-F]+/y
const integer = /-?\d+/y

/** Reads a float; MLIR wants a point in it. Hexadecimal digits are the bit pattern of a double. */
export function parseFloatNumber(cursor: Cursor, wanted: string): number {
  const bits = acceptPattern(cursor, hexadecimal)
  if (bits !== undefined) return floatFromBits(BigInt.asUintN(64, BigInt(bits)))
  return Number(expectPattern(cursor, float, `${wanted} (a number with a point, as 1.0)`))
}

/** The double, or the float of half the size, that a pattern of `bits` stands for. */
export function floatFromBits(pattern: bigint, bits: 64 | 32 = 64): number {
  const view = new DataView(new ArrayBuffer(8))
  if (bits === 32) {
    view.setUint32(0, Number(BigInt.asUintN(32, pattern)))
    return view.getFloat32(0)
  }
  view.setBigUint64(0, pattern)
  return view.getFloat64(0)
}

/** Reads an integer of at most 64 bits. */
export function parseInteger(cursor: Cursor, wanted: string): MlirInteger {
  const digits = expectPattern(cursor, integer, wanted)
  const value = Number(digits)
  if (Number.isSafeInteger(value)) return value
  const exact = BigInt(digits)
  if (exact > 18446744073709551615n || exact < -9223372036854775808n) {
    throw textError(
      cursor,
      'MLIR_SYNTAX',
      'an integer is too large',
      {
        found: digits.length > 40 ? `${digits.slice(0, 40)}…` : digits,
        wanted: 'at most 64 bits',
        hint: 'correct this number',
      },
      cursor.at - digits.length,
    )
  }
  return exact
}

/** Reads an integer that fits a number exactly: dimensions, zero points, addresses. */
export function parseSafeInteger(cursor: Cursor, wanted: string): number {
  const start = cursor.at
  const value = parseInteger(cursor, wanted)
  if (typeof value === 'number') return value
  throw textError(
    cursor,
    'MLIR_SYNTAX',
    `${wanted} is too large`,
    {
      found: String(value),
      wanted: 'at most 2^53 - 1',
      hint: 'correct this number',
    },
    start,
  )
}
