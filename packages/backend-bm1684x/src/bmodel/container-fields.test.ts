import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
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

const program = 'module @tiny attributes {} {}\n'
const conv = Uint8Array.from({ length: 4100 }, (_, i) => i % 251)
const bias = Uint8Array.of(1, 2, 3, 4)
const file = writePortableBmodel(
  {
    chip: 'BM1684X',
    name: 'tiny',
    program,
    inputs: [
      { name: 'x', dtype: 'f32', shape: [1, 3, 20, 20] },
      { name: 'ids', dtype: 'i32', shape: [2, 5] },
    ],
    outputs: [{ name: 'y', dtype: 'i8', shape: [1, 4] }],
    weights: [
      { name: 'conv', bytes: conv },
      { name: 'bias', bytes: bias },
    ],
  },
  // Friday, 5 June 2026, 07:08:09 UTC.
  Date.UTC(2026, 5, 5, 7, 8, 9) / 1000,
)
const { header, flatBytes, binary, model, net, stage } = fieldsOf(file)
/** Where coefficients lie in the chip's memory at build time. */
const coefficientAddress = 0x1_0000_0000
/** 4,100 bytes take two blocks of 4,096, 4 bytes one. */
const coefficientBytes = 3 * 4096

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

describe('reading', () => {
  /** Without its seal, which would tell of each of these changes. */
  const damaged = (change: (view: DataView) => void) => {
    const copy = file.slice().fill(0, 32, 64)
    change(new DataView(copy.buffer))
    return () => readPortableBmodel(copy, 'damaged.bmodel')
  }

  it('ignores bytes after the end, as every reader of the format does', () => {
    const longer = new Uint8Array(file.length + 7)
    longer.set(file)
    expect(readPortableBmodel(longer, 'x')).toEqual(readPortableBmodel(file, 'x'))
  })

  it('reads a file that is part of a larger buffer', () => {
    const around = new Uint8Array(file.length + 24)
    around.set(file, 8)
    expect(readPortableBmodel(around.subarray(8, 8 + file.length), 'x')).toEqual(readPortableBmodel(file, 'x'))
  })

  it('refuses a file with any bit of it changed', () => {
    for (let at = 0; at < file.length; at += at < 1600 ? 1 : 61) {
      const copy = file.slice()
      copy[at]! ^= 1 << (at % 8)
      expect(() => readPortableBmodel(copy, 'flipped.bmodel'), `byte ${at}`).toThrow(expect.objectContaining({ code: 'BMODEL_INVALID' }))
    }
  })

  it('refuses coefficients that are not those of their SHA-256, also without a seal', () => {
    for (const at of [0, 4099, 8192, coefficientBytes - 1]) {
      expect(damaged((view) => view.setUint8(64 + flatBytes + at, 0xa5))).toThrow(
        expect.objectContaining({ code: 'BMODEL_INVALID', message: expect.stringContaining('coefficients') }),
      )
    }
  })

  it('reads files without a seal', () => {
    expect(damaged(() => {})()).toEqual(readPortableBmodel(file, 'x'))
  })

  it('tells a file shorter than a header from a damaged one', () => {
    for (const length of [0, 4, 63]) {
      expect(() => readPortableBmodel(file.subarray(0, length), 'short')).toThrow('this is no .bmodel file')
    }
  })

  it('refuses another magic number', () => {
    expect(damaged((view) => view.setUint8(0, 0))).toThrow(expect.objectContaining({ code: 'BMODEL_INVALID' }))
  })

  it('refuses a file one byte short, and tells both lengths', () => {
    expect(() => readPortableBmodel(file.subarray(0, file.length - 1), 'short')).toThrow(
      expect.objectContaining({ code: 'BMODEL_INVALID', found: `${file.length - 1} bytes`, wanted: `${file.length} bytes` }),
    )
  })

  it('refuses a blob that ends behind the binary area', () => {
    // One byte less of binary area, and the program still fits; 4,096 less, and its end is gone.
    const shorter = (bytes: number) => damaged((view) => view.setBigUint64(12, BigInt(binary.length - bytes), true))
    expect(shorter(4096 - program.length)).not.toThrow()
    expect(shorter(4096 - program.length + 1)).toThrow(expect.objectContaining({ code: 'BMODEL_INVALID' }))
  })

  it('refuses tables that point outside the file, wherever they are damaged, with its own error or reads on', () => {
    const codes = new Set<string>()
    for (let at = 64; at < 900; at += 4) {
      try {
        damaged((view) => view.setUint32(at, 0x7ffffff0, true))()
      } catch (error) {
        codes.add(String((error as { code?: string }).code))
      }
    }
    expect([...codes].sort()).toEqual(['BMODEL_CHIP_ONLY', 'BMODEL_INVALID'])
  })

  it('refuses a list that says it is longer than the file', () => {
    const shape = Buffer.from(BigUint64Array.of(1n, 3n, 20n, 20n).buffer)
    const places: number[] = []
    for (let at = Buffer.from(file).indexOf(shape); at >= 0; at = Buffer.from(file).indexOf(shape, at + 1)) places.push(at - 4)
    const lengthen = damaged((view) => {
      for (const at of places) view.setUint32(at, 600, true)
    })
    expect(lengthen).toThrow(expect.objectContaining({ code: 'BMODEL_INVALID' }))
  })

  it('refuses a tensor of an element type whose number nobody knows', () => {
    // Of all numbers 6 in the tables that of the input `ids`, int32, is one.
    const refused: string[] = []
    for (let at = 64; at < 64 + flatBytes; at += 4) {
      if (new DataView(file.buffer).getUint32(at, true) !== 6) continue
      try {
        damaged((view) => view.setUint32(at, 77, true))()
      } catch (error) {
        const { code, found } = error as { code?: string; found?: string }
        refused.push(`${code}: ${found}`)
      }
    }
    expect(refused).toContain('BMODEL_INVALID: number 77')
  })

  it('tells a file of chip instructions from a damaged one', () => {
    const at = Buffer.from(file).indexOf(Buffer.from(Int32Array.of(10000).buffer))
    expect(damaged((view) => view.setInt32(at, 9999, true))).toThrow(expect.objectContaining({ code: 'BMODEL_CHIP_ONLY' }))
  })
})
