import { createHash } from 'node:crypto'
import { type FlatReader, readTables } from '@q/ir/container'
import { describe, expect, it } from 'vitest'
import { file, tiny } from '../../test/tiny-container.ts'
import { writePortableCvimodel } from './write-portable-cvimodel.ts'

const text = (start: number, end: number) => String.fromCharCode(...file.subarray(start, end))
const bodyBytes = new DataView(file.buffer, file.byteOffset).getUint32(8, true)
const model = readTables(file.subarray(48, 48 + bodyBytes))
const section = file.subarray(48 + bodyBytes)
const program = model.tables(6)[0]!
const memory = 2 ** 40

describe('header of the container', () => {
  it('names the format, its version, the length of the tables and the chip', () => {
    expect([text(0, 8), file[12], file[13], text(30, 46), text(46, 48)]).toEqual(['CviModel', 1, 4, 'cv181x'.padEnd(16, '\0'), 'Cv'])
    expect(bodyBytes % 8).toBe(0)
  })

  it('has the MD5 of everything behind it', () => {
    expect([...file.subarray(14, 30)]).toEqual([...createHash('md5').update(file.subarray(48)).digest()])
  })
})

describe('model', () => {
  it('names version, network, time, chip, and says that it has no chip commands', () => {
    expect(model.u8Struct(0, 3)).toEqual([1, 4, 0])
    expect([model.string(1), model.string(2), model.string(8)]).toEqual(['tiny', '2026-06-05 07:08:09', 'cv181x'])
    expect(model.string(9)).toBe('q: portable, without chip commands')
    expect([model.tables(6).length, model.tables(7).length]).toEqual([1, 1])
  })

  it('has one section, of weights, up to the end of the file', () => {
    const only = model.tables(7)[0]!
    expect([only.u8(0), only.string(1), only.u32(2), only.u32(3)]).toEqual([0, 'weight', section.length, 0])
  })
})

describe('weights', () => {
  const shapeOf = (table: FlatReader, id: number) => table.table(id)!.i64s(0)

  it('lie in the memory of weights at multiples of 16, the program behind them', () => {
    const listed = model.tables(5).map((one) => [one.string(0), one.i64(1) - memory, one.u32(2), shapeOf(one, 3), one.u8(4)])
    expect(listed).toEqual([
      ['conv', 0, 108, [4, 3, 3, 3], 6],
      ['bias', 112, 16, [4, 1, 1, 1], 1],
      ['slope/a:0', 128, 4, [1, 1, 1, 2], 3],
      ['__qgraph__', 144, tiny.program.length, [1, 1, 1, tiny.program.length], 7],
    ])
    expect(new TextDecoder().decode(section.subarray(144, 144 + tiny.program.length))).toBe(tiny.program)
    expect([...section.subarray(112, 132)]).toEqual([...tiny.weights[1]!.bytes, 1, 2, 3, 4])
    expect(section.length).toBe(176)
  })

  it('have four extents whatever their rank, and bytes where the format has no such type', () => {
    const bytes = new Uint8Array(48)
    const weights = [
      { name: 'a', dtype: 'f32', shape: [], bytes: new Uint8Array(4) },
      { name: 'b', dtype: 'i16', shape: [2, 1, 3, 2, 2], bytes },
      { name: 'c', dtype: 'f64', shape: [6], bytes },
    ] as const
    const written = writePortableCvimodel({ ...tiny, weights }, 0)
    const tables = readTables(written.subarray(48)).tables(5)
    expect(tables.slice(0, 3).map((one) => [shapeOf(one, 3), one.u8(4)])).toEqual([
      [[1, 1, 1, 1], 0],
      [[2, 1, 3, 4], 4],
      [[1, 1, 1, 48], 7],
    ])
  })

  it('are refused when there are more than the numbers of the format can say', () => {
    const huge = { name: 'huge', dtype: 'u8', shape: [2 ** 32], bytes: { length: 2 ** 32 } as Uint8Array } as const
    expect(() => writePortableCvimodel({ ...tiny, weights: [huge] }, 0)).toThrow(
      expect.objectContaining({ code: 'CVIMODEL_LARGE', at: ['tiny'] }),
    )
  })
})

describe('program', () => {
  const described = (one: FlatReader) => ({
    name: one.string(1),
    offset: one.i64(2),
    dtype: one.u8(3),
    shape: one.table(4)!.i64s(0),
    qscale: one.table(6)!.f32(4),
    zeroPoint: one.table(6)!.f32(3),
    size: one.u32(12),
  })

  it('has one routine, which no runtime can run', () => {
    expect([program.u32(0), program.strings(2), program.strings(3)]).toEqual([1, ['x', 'codes'], ['y']])
    const routines = program.tables(5)
    expect(routines).toHaveLength(1)
    expect([routines[0]!.u8(0), routines[0]!.strings(1), routines[0]!.strings(2)]).toEqual([1, ['x', 'codes'], ['y']])
    expect(routines[0]!.table(4)!.string(0)).toBe('q_portable_program')
  })

  it('has its inputs and outputs in buffers of their own; factors of inputs make codes, of outputs numbers', () => {
    expect(program.tables(4).map(described)).toEqual([
      { name: 'x', offset: 3 * memory, dtype: 0, shape: [1, 3, 20, 20], qscale: 1, zeroPoint: 0, size: 4800 },
      { name: 'codes', offset: 4 * memory, dtype: 6, shape: [2, 5, 1, 1], qscale: 64, zeroPoint: 0, size: 10 },
      { name: 'y', offset: 5 * memory, dtype: 6, shape: [1, 4, 1, 1], qscale: 0.25, zeroPoint: -3, size: 4 },
    ])
    expect([program.u32(6), program.u32(7)]).toEqual([0, 0])
  })

  it('has what is more than five of them in private memory, and once what is both', () => {
    const tensors = Array.from({ length: 7 }, (_, i) => ({ name: `t${i}`, dtype: 'i8', shape: [1, 1, 1, 10] }) as const)
    const written = readTables(
      writePortableCvimodel({ ...tiny, inputs: tensors, outputs: [tensors[0]!, { ...tensors[0]!, name: 'y' }] }, 0).subarray(48),
    )
    const only = written.tables(6)[0]!
    const places = only.tables(4).map((one) => [one.string(1), Math.floor(one.i64(2) / memory), one.i64(2) % memory])
    expect(places.slice(4)).toEqual([
      ['t4', 7, 0],
      ['t5', 2, 0],
      ['t6', 2, 16],
      ['y', 2, 32],
    ])
    expect([only.u32(7), only.strings(3)]).toEqual([48, ['t0', 'y']])
  })

  it('has the vendor’s number for every element type of the format, and refuses others', () => {
    const dtypes = ['f32', 'i32', 'u32', 'bf16', 'i16', 'u16', 'i8', 'u8', 'bool'] as const
    const inputs = dtypes.map((dtype) => ({ name: dtype, dtype, shape: [1, 1, 1, 2] }))
    const written = readTables(writePortableCvimodel({ ...tiny, inputs }, 0).subarray(48))
    expect(
      written
        .tables(6)[0]!
        .tables(4)
        .slice(0, 9)
        .map((one) => [one.u8(3), one.u32(12)]),
    ).toEqual([
      [0, 8],
      [1, 8],
      [2, 8],
      [3, 4],
      [4, 4],
      [5, 4],
      [6, 2],
      [7, 2],
      [7, 2],
    ])
    const wide = [{ name: 'ids', dtype: 'i64', shape: [2] }] as const
    expect(() => writePortableCvimodel({ ...tiny, inputs: wide }, 0)).toThrow(
      expect.objectContaining({ code: 'CVIMODEL_TYPE', at: ['ids'] }),
    )
  })
})
