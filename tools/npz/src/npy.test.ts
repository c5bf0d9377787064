import { type DType, isQError, storageArray, type Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'

import { decodeNpy, encodeNpy } from './npy.ts'

// Header texts and element bytes as numpy 1.24 writes them.
const bigEndian = npyFile(
  1,
  "{'descr': '>i4', 'fortran_order': False, 'shape': (2, 3), }",
  [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5],
)
const fortran = npyFile(2, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }", [
  ...new Uint8Array(Float32Array.of(0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23).buffer),
])
const half = npyFile(3, "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }", [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b])

describe('reading npy files of numpy', () => {
  it('turns big-endian elements round', () => {
    expect(decodeNpy(bigEndian, 'x.npy')).toEqual({ dtype: 'i32', shape: [2, 3], data: Int32Array.of(0, 1, 2, 3, 4, 5) })
  })

  it('puts Fortran order into C order', () => {
    expect(decodeNpy(fortran, 'x.npy')).toEqual({ dtype: 'f32', shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, i) => i) })
  })

  it('keeps float16 as bit patterns', () => {
    expect(decodeNpy(half, 'x.npy')).toEqual({ dtype: 'f16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0x7bff) })
  })
})

describe('writing npy files', () => {
  const dtypes = Object.keys(storageArray) as DType[]

  it.each(dtypes.filter((dtype) => dtype !== 'bf16'))('keeps type, shape and elements of %s', (dtype) => {
    for (const shape of [[], [3], [2, 0], [2, 1, 3]]) {
      const count = shape.reduce((product, dim) => product * dim, 1)
      const data = new storageArray[dtype](count)
      for (let i = 0; i < count; i++) data[i] = typeof data[0] === 'bigint' ? BigInt(i) : i
      expect(decodeNpy(encodeNpy({ dtype, shape, data }), 'x')).toEqual({ dtype, shape, data })
    }
  })

  it('writes format 1.0, little-endian, C order, elements beginning at a multiple of 64', () => {
    const bytes = encodeNpy({ dtype: 'f32', shape: [3], data: Float32Array.of(1, 2, 3) })
    const text = new TextDecoder('latin1').decode(bytes.subarray(0, bytes.length - 12))
    expect(text.slice(0, 8)).toBe('\x93NUMPY\x01\x00')
    expect(text.slice(10).trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }")
    expect(text.length % 64).toBe(0)
    expect(text.endsWith('\n')).toBe(true)
  })

  it('writes bf16 as uint16 and float32 numbers under another declared type as float32', () => {
    expect(decodeNpy(encodeNpy({ dtype: 'bf16', shape: [1], data: Uint16Array.of(0x3f80) }), 'x').dtype).toBe('u16')
    const numbers: Tensor = { dtype: 'i8', shape: [2], data: Float32Array.of(0.5, 300) }
    expect(decodeNpy(encodeNpy(numbers), 'x')).toEqual({ ...numbers, dtype: 'f32' })
  })

  it('writes only the part of a buffer that the tensor shows', () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    expect(decodeNpy(encodeNpy({ dtype: 'f32', shape: [2], data: view }), 'x').data).toEqual(Float32Array.of(1, 2))
  })
})

describe('npy files that cannot be used', () => {
  it.each([
    ['NPY_MAGIC', new TextEncoder().encode('not an array at all')],
    ['NPY_TRUNCATED', bigEndian.subarray(0, 4)],
    ['NPY_TRUNCATED', bigEndian.subarray(0, 60)],
    ['NPY_TRUNCATED', bigEndian.subarray(0, bigEndian.length - 1)],
    ['NPY_VERSION', bigEndian.map((byte, i) => (i === 6 ? 9 : byte))],
    ['NPY_DTYPE', retyped('|O8')],
    ['NPY_DTYPE', retyped('<c8')],
    ['NPY_HEADER', npyFile(1, "{'descr': '<f4', 'shape': (2, 3), }", [])],
    ['NPY_LONG', npyFile(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", [1, 2, 3])],
  ])('%s names the file, what was found and what to do', (code, bytes) => {
    const error = thrown(() => decodeNpy(bytes, 'in/x.npy'))
    expect(error).toMatchObject({ code, at: ['in/x.npy'] })
    expect(error.found && error.wanted && error.hint).toBeTruthy()
  })
})

function retyped(code: string): Uint8Array {
  return Uint8Array.from(new TextDecoder('latin1').decode(bigEndian).replace('>i4', code), (char) => char.charCodeAt(0))
}

function npyFile(major: number, text: string, elements: readonly number[]): Uint8Array {
  const header = Array.from(`${text.padEnd(117)}\n`, (char) => char.charCodeAt(0))
  const length = major === 1 ? [header.length, 0] : [header.length, 0, 0, 0]
  return Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0, ...length, ...header, ...elements)
}

function thrown(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (isQError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
