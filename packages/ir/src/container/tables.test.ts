import { Builder, ByteBuffer } from 'flatbuffers'
import { describe, expect, it } from 'vitest'
import { type FlatTable, readTables, writeTables } from './index.ts'

const inner: FlatTable = [{ id: 0, kind: 'string', value: 'größe' }]
const every: FlatTable = [
  { id: 0, kind: 'string', value: '\ufeffname' },
  { id: 1, kind: 'u8', value: 200 },
  { id: 2, kind: 'i32', value: -7 },
  { id: 3, kind: 'u32', value: 4_000_000_000 },
  { id: 4, kind: 'f32', value: 0.5 },
  { id: 5, kind: 'i64', value: -1 },
  { id: 6, kind: 'u64', value: 2 ** 40 + 3 },
  { id: 7, kind: 'u8 struct', value: [1, 4, 9] },
  { id: 8, kind: 'u64 struct', value: [4096, 17] },
  { id: 9, kind: 'table', value: inner },
  { id: 10, kind: 'tables', value: [inner, []] },
  { id: 11, kind: 'strings', value: ['a', '', 'c'] },
  { id: 12, kind: 'bytes', value: Uint8Array.of(0, 255, 3) },
  { id: 13, kind: 'i32s', value: [-1, 2] },
  { id: 14, kind: 'f32s', value: [0.25, -3] },
  { id: 15, kind: 'i64s', value: [1, 2 ** 40] },
  { id: 16, kind: 'u64s', value: [5] },
]
const write = (table: FlatTable) => writeTables(table, new Builder(64))

describe('tables by field number', () => {
  it('read back as they were written, every kind of field', () => {
    const root = readTables(write(every))
    expect([root.string(0), root.u8(1), root.i32(2), root.u32(3), root.f32(4)]).toEqual(['\ufeffname', 200, -7, 4_000_000_000, 0.5])
    expect([root.i64(5), root.u64(6), root.u8Struct(7, 3), root.span(8)]).toEqual([-1, 2 ** 40 + 3, [1, 4, 9], { start: 4096, size: 17 }])
    expect([root.table(9)!.string(0), root.tables(10).map((each) => each.string(0))]).toEqual(['größe', ['größe', '']])
    expect([root.strings(11), [...root.bytes(12)], root.f32s(14), root.i64s(15)]).toEqual([
      ['a', '', 'c'],
      [0, 255, 3],
      [0.25, -3],
      [1, 2 ** 40],
    ])
  })

  it('have their defaults where a field is absent, and a default takes no space', () => {
    const root = readTables(write([]))
    expect([root.string(0), root.u8(1), root.i32(2, -1), root.u32(3), root.f32(4, 1), root.i64(5), root.u64(6)]).toEqual([
      '',
      0,
      -1,
      0,
      1,
      0,
      0,
    ])
    expect([root.u8Struct(7, 3), root.span(8), root.table(9), root.tables(10)]).toEqual([undefined, { start: 0, size: 0 }, undefined, []])
    expect([root.strings(11), root.bytes(12).length, root.f32s(14), root.i64s(15)]).toEqual([[], 0, [], []])
    const defaults: FlatTable = [
      { id: 0, kind: 'i32', value: 7, default: 7 },
      { id: 1, kind: 'u64', value: 0 },
    ]
    expect(write(defaults).length).toBe(write([]).length)
    expect(readTables(write([{ id: 0, kind: 'i32', value: 0, default: -1 }])).i32(0, -1)).toBe(0)
  })

  it('are what the library itself reads, numbers of eight bytes at multiples of eight', () => {
    const bytes = write(every)
    const buffer = new ByteBuffer(bytes)
    const table = buffer.readInt32(0)
    const place = (id: number) => table + buffer.__offset(table, 4 + 2 * id)
    expect([buffer.readInt32(place(2)), buffer.readUint64(place(6)), buffer.readUint8(place(7) + 1)]).toEqual([-7, 2n ** 40n + 3n, 4])
    expect([5, 6, 8].map((id) => place(id) % 8)).toEqual([0, 0, 0])
    expect([buffer.__vector_len(place(13)), buffer.readInt32(buffer.__vector(place(13)))]).toEqual([2, -1])
    expect(bytes).toEqual(write(every))
  })
})

describe('tables that nobody has verified', () => {
  const readAll = (bytes: Uint8Array) => {
    const root = readTables(bytes)
    return [
      root.string(0),
      root.u8Struct(7, 3),
      root.span(8),
      root.table(9)?.string(0),
      root.tables(10).map((each) => each.string(0)),
      root.strings(11),
      root.i64s(15),
    ]
  }

  it('end in a RangeError wherever they are cut, never in something that is not there', () => {
    const bytes = write(every)
    const whole = readAll(bytes)
    for (let length = 0; length < bytes.length; length++) {
      try {
        // Some bytes are the end of a text, which is all there is to lose.
        expect(readAll(bytes.subarray(0, length))).toEqual(whole)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }
  })

  it('end in a RangeError, or are read, wherever a number in them is another', () => {
    const bytes = write(every)
    for (let at = 0; at + 4 <= bytes.length; at++) {
      for (const value of [0, 0x7fffffff, 0xffffffff, 0x80000000]) {
        const copy = bytes.slice()
        new DataView(copy.buffer).setUint32(at, value, true)
        try {
          readAll(copy)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }
    }
  })

  it('are refused when they describe much more than there is of them: thousands of tables that are one', () => {
    const count = 20_000
    const long: FlatTable = [{ id: 0, kind: 'i64s', value: Array.from({ length: count }, () => 1) }]
    const bytes = write([{ id: 0, kind: 'tables', value: [long, ...Array.from({ length: count }, (): FlatTable => [])] }])
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const vector = view.getUint32(0, true) + 4
    const list = vector + view.getUint32(vector, true)
    expect(view.getUint32(list, true)).toBe(count + 1)
    const first = list + 4 + view.getUint32(list + 4, true)
    for (let i = 0; i <= count; i++) view.setUint32(list + 4 + 4 * i, first - (list + 4 + 4 * i), true)
    expect(() =>
      readTables(bytes)
        .tables(0)
        .map((each) => each.i64s(0)),
    ).toThrow(new RangeError('the tables say more than the file can hold'))
  })
})
