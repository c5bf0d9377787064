import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bias, coefficientBytes, conv, file, program } from '../../test/tiny-container.ts'
import { readPortableBmodel } from './read-portable-bmodel.ts'
import { writePortableBmodel } from './write-portable-bmodel.ts'

/** The fields of one table by number; what is absent has its default. */
interface Fields {
  i32(id: number, absent?: number): number
  f32(id: number, absent: number): number
  u64(id: number): number
  text(id: number): string
  bytes(id: number): readonly number[]
  i32s(id: number): readonly number[] | undefined
  u64s(id: number): readonly number[] | undefined
  span(id: number): { readonly start: number; readonly size: number } | undefined
  table(id: number): Fields
  tables(id: number): readonly Fields[] | undefined
}

/** Reads the container anew, by the layout of FlatBuffers and the field numbers of the vendor's `bmodel.fbs`. */
function fieldsOf(file: Uint8Array) {
  const header = new DataView(file.buffer, file.byteOffset, 64)
  const flatBytes = header.getUint32(8, true)
  const flat = new DataView(file.buffer, file.byteOffset + 64, flatBytes)
  const binary = file.subarray(64 + flatBytes)
  const u64 = (at: number) => {
    // The vendor's verifier refuses numbers of eight bytes that are not at a multiple of eight.
    if (at % 8 !== 0) throw new RangeError(`a number of eight bytes stands at ${at}`)
    return Number(flat.getBigUint64(at, true))
  }
  const table = (at: number): Fields => {
    const vtable = at - flat.getInt32(at, true)
    /** Where a field lies, or undefined when it has its default. */
    const place = (id: number) => {
      const slot = 4 + 2 * id
      const offset = slot < flat.getUint16(vtable, true) ? flat.getUint16(vtable + slot, true) : 0
      return offset === 0 ? undefined : at + offset
    }
    const follow = (at: number) => at + flat.getUint32(at, true)
    const vector = <T>(id: number, bytes: number, read: (at: number) => T): T[] | undefined => {
      const found = place(id)
      if (found === undefined) return undefined
      const start = follow(found)
      return Array.from({ length: flat.getUint32(start, true) }, (_, i) => read(start + 4 + bytes * i))
    }
    return {
      i32: (id, absent = 0) => (place(id) === undefined ? absent : flat.getInt32(place(id)!, true)),
      f32: (id, absent) => (place(id) === undefined ? absent : flat.getFloat32(place(id)!, true)),
      u64: (id) => (place(id) === undefined ? 0 : u64(place(id)!)),
      text: (id) => String.fromCharCode(...(vector(id, 1, (at) => flat.getUint8(at)) ?? [])),
      bytes: (id) => vector(id, 1, (at) => flat.getUint8(at)) ?? [],
      i32s: (id) => vector(id, 4, (at) => flat.getInt32(at, true)),
      u64s: (id) => vector(id, 8, u64),
      span: (id) => (place(id) === undefined ? undefined : { start: u64(place(id)!), size: u64(place(id)! + 8) }),
      table: (id) => table(follow(place(id)!)),
      tables: (id) => vector(id, 4, (at) => table(follow(at))),
    }
  }
  const model = table(flat.getUint32(0, true))
  return { header, flatBytes, binary, model, net: model.tables(4)![0]!, stage: model.tables(4)![0]!.tables(3)![0]! }
}

const { header, flatBytes, binary, model, net, stage } = fieldsOf(file)
/** Where coefficients lie in the chip's memory at build time. */
const coefficientAddress = 0x1_0000_0000

describe('header of the container', () => {
  it('names the format, its own length, the lengths of both parts and the SHA-256 of all; the rest is zero', () => {
    expect([header.getUint32(0, true), header.getUint32(4, true)]).toEqual([0xff55aaee, 64])
    expect(file.length).toBe(64 + flatBytes + binary.length)
    expect(Number(header.getBigUint64(12, true))).toBe(binary.length)
    expect([...file.subarray(20, 32)]).toEqual(new Array(12).fill(0))
    const unsealed = file.slice().fill(0, 32, 64)
    expect([...file.subarray(32, 64)]).toEqual([...createHash('sha256').update(unsealed).digest()])
  })

  it('the binary area begins at the first multiple of 4096 after the tables', () => {
    expect(64 + flatBytes).toBe(4096)
    const many = { chip: 'C', name: 'n', program: '', inputs: [], outputs: [] }
    const named = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `weight ${i}`, bytes: Uint8Array.of(i) }))
    expect(64 + fieldsOf(writePortableBmodel({ ...many, weights: named(100) }, 0)).flatBytes).toBe(2 * 4096)
  })
})

describe('model', () => {
  it('is of type B, version 2.2, for one device, and names the chip and the time as C does', () => {
    expect([model.text(0), model.text(1), model.text(3), model.i32(7)]).toEqual(['B', '2.2', 'BM1684X', 1])
    expect(model.text(2)).toBe('Fri Jun  5 07:08:09 2026\n')
    expect(model.tables(4)).toHaveLength(1)
    expect(net.text(0)).toBe('tiny')
    expect(net.tables(3)).toHaveLength(1)
  })

  it('needs the memory of all inputs and outputs, each rounded up to 4096', () => {
    // 4,800 bytes take two blocks, 40 and 4 one each.
    const needed = 4 * 4096
    expect([model.u64(5), stage.u64(3)]).toEqual([needed, needed])
    expect(stage.u64s(14)).toEqual([needed])
  })
})

describe('coefficients', () => {
  const memory = stage.table(4)

  it('lie at the address of the chip, and activations behind them', () => {
    expect(memory.u64(0)).toBe(coefficientAddress)
    expect(stage.u64(2)).toBe(coefficientAddress + coefficientBytes)
  })

  it('come first in the binary area, each weight at a multiple of 4096, zeros between', () => {
    expect(memory.span(2)).toEqual({ start: 0, size: coefficientBytes })
    expect(memory.tables(3)!.map((one) => [one.text(0), one.u64(1), one.u64(2)])).toEqual([
      ['conv', 0, 4100],
      ['bias', 8192, 4],
    ])
    const expected = new Uint8Array(coefficientBytes)
    expected.set(conv)
    expected.set(bias, 8192)
    expect(Buffer.compare(binary.subarray(0, coefficientBytes), expected)).toBe(0)
  })

  it('carry the SHA-256 of exactly their bytes', () => {
    expect(memory.bytes(1)).toEqual([...createHash('sha256').update(binary.subarray(0, coefficientBytes)).digest()])
  })
})

describe('tensors', () => {
  const described = (one: Fields) => ({
    name: one.text(0),
    dtype: one.i32(1),
    address: one.u64(3) - coefficientAddress - coefficientBytes,
    size: one.u64(4),
    shapes: one.tables(5)!.map((shape) => shape.u64s(0)),
    memory: one.i32(6),
    scale: one.f32(7, 1),
    role: one.i32(11),
    index: one.i32(12),
  })
  // Memory 3 is the chip's and the host's; role 1 is an input, 2 an output.
  const inputs = [
    { name: 'x', dtype: 0, address: 0, size: 4800, shapes: [[1, 3, 20, 20]], memory: 3, scale: 1, role: 1, index: 0 },
    { name: 'ids', dtype: 6, address: 8192, size: 40, shapes: [[2, 5]], memory: 3, scale: 1, role: 1, index: 1 },
  ]
  const outputs = [{ name: 'y', dtype: 2, address: 12288, size: 4, shapes: [[1, 4]], memory: 3, scale: 1, role: 2, index: 0 }]

  it('say where they lie, one behind the other at multiples of 4096, and what they are', () => {
    expect(stage.tables(0)!.map(described)).toEqual(inputs)
    expect(stage.tables(1)!.map(described)).toEqual(outputs)
  })

  it('are counted from 0, outputs anew', () => {
    const two = ['a', 'b'].map((name) => ({ name, dtype: 'f32', shape: [1] }) as const)
    const { stage: both } = fieldsOf(writePortableBmodel({ chip: 'C', name: 'n', program: '', inputs: two, outputs: two, weights: [] }, 0))
    for (const tensors of [both.tables(0)!, both.tables(1)!]) expect(tensors.map((one) => one.i32(12))).toEqual([0, 1])
  })

  it('are the same in the network and in its only part', () => {
    const part = stage.tables(12)![0]!
    expect(part.tables(3)!.map(described)).toEqual(inputs)
    expect(part.tables(4)!.map(described)).toEqual(outputs)
  })

  it('have the vendor’s number for every element type the chip stores', () => {
    const dtypes = ['f32', 'f16', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'bf16'] as const
    const tensors = dtypes.map((dtype) => ({ name: dtype, dtype, shape: [2] }))
    const one = { chip: 'C', name: 'n', program: '', inputs: tensors, outputs: [], weights: [] }
    const bytes = writePortableBmodel(one, 0)
    expect(
      fieldsOf(bytes)
        .stage.tables(0)!
        .map((tensor) => tensor.i32(1)),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(
      fieldsOf(bytes)
        .stage.tables(0)!
        .map((tensor) => tensor.u64(4)),
    ).toEqual([8, 4, 2, 2, 4, 4, 8, 8, 4])
    expect(readPortableBmodel(bytes, 'all.bmodel').inputs).toEqual(tensors)
  })
})

describe('the part that runs', () => {
  const parts = stage.tables(12)!
  const part = parts[0]!

  it('is one part for the host: mode 1, number 0, nothing after it', () => {
    expect(parts).toHaveLength(1)
    expect([part.i32(0), part.i32(10, -1)]).toEqual([1, 0])
    expect(part.i32s(11)).toEqual([-1])
  })

  it('holds the program as the parameter of one custom routine, behind the coefficients', () => {
    const routines = part.tables(2)!
    expect(routines).toHaveLength(1)
    expect([routines[0]!.i32(0), routines[0]!.i32(3)]).toEqual([10000, 1])
    const span = routines[0]!.span(1)!
    expect(span).toEqual({ start: coefficientBytes, size: program.length })
    expect(new TextDecoder().decode(binary.subarray(span.start, span.start + span.size))).toBe(program)
  })

  it('has no chip instructions: an empty list of them, one empty stage, an empty span at the end, one core', () => {
    expect(stage.tables(8)).toEqual([])
    expect(stage.tables(10)).toHaveLength(1)
    expect(stage.span(11)).toEqual({ start: binary.length, size: 0 })
    expect(stage.i32(16)).toBe(1)
    expect(binary.length).toBe(coefficientBytes + 4096)
  })
})
