import type { BinarySpan } from './binary-area.ts'

/** Reads the fields of one FlatBuffers table by number. What is absent is 0, empty, or as said. */
export interface FlatReader {
  u8(id: number): number
  /** @param absent the default of the schema, 0 where it says none */
  i32(id: number, absent?: number): number
  u32(id: number): number
  f32(id: number, absent?: number): number
  /** Both kinds of integers of eight bytes as numbers: exact up to 2^53. */
  i64(id: number): number
  u64(id: number): number
  /** A struct of `count` bytes. */
  u8Struct(id: number, count: number): readonly number[] | undefined
  /** A struct of two integers of eight bytes: a place in the binary area. */
  span(id: number): BinarySpan
  string(id: number): string
  table(id: number): FlatReader | undefined
  tables(id: number): readonly FlatReader[]
  strings(id: number): readonly string[]
  bytes(id: number): Uint8Array
  f32s(id: number): readonly number[]
  i64s(id: number): readonly number[]
}

/** How often bytes may be read again: tables of honest files share little. */
const mostSharing = 16

/**
 * The root table of FlatBuffers bytes that nobody has verified.
 *
 * Every read is checked against the bytes there are, and all of them together are bounded: lists that many tables share, through which a small file describes a huge one, are
 * refused.
 *
 * @throws RangeError here and in every method of the reader, for what lies outside the bytes or is too much of them
 */
export function readTables(bytes: Uint8Array): FlatReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = new TextDecoder('utf-8', { ignoreBOM: true })
  let left = mostSharing * bytes.length
  /** Where the `count` elements of a list begin. */
  const claim = (start: number, count: number, itemBytes: number): void => {
    if (start + count * itemBytes > bytes.length) throw new RangeError('a list is longer than the file')
    left -= count * itemBytes + 8
    if (left < 0) throw new RangeError('the tables say more than the file can hold')
  }
  const follow = (at: number): number => at + view.getUint32(at, true)
  const list = <T>(at: number | undefined, itemBytes: number, read: (at: number) => T): readonly T[] => {
    if (at === undefined) return []
    const start = follow(at) + 4
    const count = view.getUint32(start - 4, true)
    claim(start, count, itemBytes)
    return Array.from({ length: count }, (_, i) => read(start + itemBytes * i))
  }
  const bytesAt = (at: number): Uint8Array => {
    const start = follow(at) + 4
    const count = view.getUint32(start - 4, true)
    claim(start, count, 1)
    return bytes.subarray(start, start + count)
  }
  const stringAt = (at: number): string => text.decode(bytesAt(at))
  const i64At = (at: number): number => Number(view.getBigInt64(at, true))
  const u64At = (at: number): number => Number(view.getBigUint64(at, true))

  const table = (position: number): FlatReader => {
    claim(position, 1, 4)
    const fields = position - view.getInt32(position, true)
    const fieldsEnd = view.getUint16(fields, true)
    const place = (id: number): number | undefined => {
      const slot = 4 + 2 * id
      const offset = slot < fieldsEnd ? view.getUint16(fields + slot, true) : 0
      return offset === 0 ? undefined : position + offset
    }
    const one = <T>(id: number, read: (at: number) => T, absent: T): T => {
      const at = place(id)
      return at === undefined ? absent : read(at)
    }
    return {
      u8: (id) => one(id, (at) => view.getUint8(at), 0),
      i32: (id, absent = 0) => one(id, (at) => view.getInt32(at, true), absent),
      u32: (id) => one(id, (at) => view.getUint32(at, true), 0),
      f32: (id, absent = 0) => one(id, (at) => view.getFloat32(at, true), absent),
      i64: (id) => one(id, i64At, 0),
      u64: (id) => one(id, u64At, 0),
      u8Struct: (id, count) => one(id, (at) => Array.from({ length: count }, (_, i) => view.getUint8(at + i)), undefined),
      span: (id) => one(id, (at) => ({ start: u64At(at), size: u64At(at + 8) }), { start: 0, size: 0 }),
      string: (id) => one(id, stringAt, ''),
      table: (id) => one(id, (at) => table(follow(at)), undefined),
      tables: (id) => list(place(id), 4, (at) => table(follow(at))),
      strings: (id) => list(place(id), 4, stringAt),
      bytes: (id) => one(id, bytesAt, new Uint8Array()),
      f32s: (id) => list(place(id), 4, (at) => view.getFloat32(at, true)),
      i64s: (id) => list(place(id), 8, i64At),
    }
  }
  return table(follow(0))
}
