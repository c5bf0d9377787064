import { isQError, type Tensor } from '@q/ir'
import { describe, expect, it } from 'vitest'

import { crc32 } from './crc32.ts'
import { decodeNpz, encodeNpz, openNpz } from './npz.ts'

// Written by numpy 1.24: savez_compressed of {'a/b:é': [[1.5, -2]] float32, 'n': 7 int64}, and savez of {x: [1, 2, 255] uint8}.
const deflated = fromBase64(
  'UEsDBBQAAAgIAAAAIQD9z6UITQAAAIgAAAAKABQAYS9iOsOpLm5weQEAEACIAAAAAAAAAE0AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6W' +
    'X1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkahjoKRpo6CrUKZAMuBoYD9gxAAgBQSwMEFAAAAAgAAAAhACO48GxGAAAAiAAAAAUAFABuLm5weQEAEACIAAAA' +
    'AAAAAEYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkamjoKtQoUAS52BggAAFBLAQIUAxQA' +
    'AAgIAAAAIQD9z6UITQAAAIgAAAAKAAAAAAAAAAAAAACAAQAAAABhL2I6w6kubnB5UEsBAhQDFAAAAAgAAAAhACO48GxGAAAAiAAAAAUAAAAAAAAAAAAAAIAB' +
    'iQAAAG4ubnB5UEsFBgAAAAACAAIAawAAAAYBAAAAAA==',
)
const stored = fromBase64(
  'UEsDBBQAAAAAAAAAIQAdXYUFgwAAAIMAAAAFABQAeC5ucHkBABAAgwAAAAAAAACDAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFu' +
    'X29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
    'ICAKAQL/UEsBAhQDFAAAAAAAAAAhAB1dhQWDAAAAgwAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsFBgAAAAABAAEAMwAAALoAAAAAAA==',
)

const sample: readonly (readonly [string, Tensor])[] = [
  ['conv/weight:0', { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1.5, -2) }],
  ['层', { dtype: 'i8', shape: [], data: Int8Array.of(-7) }],
]

describe('reading npz files of numpy', () => {
  it('reads deflated members with any names', () => {
    expect([...decodeNpz(deflated, 'c.npz')]).toEqual([
      ['a/b:é', { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1.5, -2) }],
      ['n', { dtype: 'i64', shape: [], data: BigInt64Array.of(7n) }],
    ])
  })

  it('reads stored members whose local header has a zip64 record', () => {
    expect([...decodeNpz(stored, 's.npz')]).toEqual([['x', { dtype: 'u8', shape: [3], data: Uint8Array.of(1, 2, 255) }]])
  })

  it('refuses what stands behind its end', () => {
    const longer = new Uint8Array(stored.length + 16)
    longer.set(stored)
    expect(thrown(() => decodeNpz(longer, 's.npz'))).toMatchObject({
      code: 'NPZ_DAMAGED',
      message: expect.stringContaining('16 bytes stand behind its end'),
    })
  })

  it('refuses packed arrays that are larger together than may be held, by what the directory states', () => {
    expect(decodeNpz(deflated, 'c.npz', 272).size).toBe(2)
    expect(thrown(() => decodeNpz(deflated, 'c.npz', 271))).toMatchObject({
      code: 'NPZ_LARGE',
      at: ['c.npz'],
      found: '272 bytes, unpacked',
      wanted: '271 bytes at most',
    })
    expect(decodeNpz(stored, 's.npz', 1).size).toBe(1)
  })

  it('decodes arrays one by one, and suggests the name that was meant', () => {
    const npz = openNpz(encodeNpz([['images', sample[0]![1]]]), 'w.npz')
    expect(npz.names).toEqual(['images'])
    expect(thrown(() => npz.read('image'))).toMatchObject({ code: 'NPZ_NAME', hint: 'did you mean images?' })
  })
})

describe('writing npz files', () => {
  it('refuses a name that the format has no room for', () => {
    const tensor = { dtype: 'f32' as const, shape: [1], data: Float32Array.of(1) }
    expect(() => encodeNpz([['x'.repeat(70_000), tensor]])).toThrow(
      expect.objectContaining({ code: 'NPZ_TOO_LARGE', found: 'a name of 70004 bytes' }),
    )
  })
  it('gives back what was written, in order', () => {
    expect([...decodeNpz(encodeNpz(sample), 'x')]).toEqual(sample)
  })

  it('gives equal bytes for equal input', () => {
    expect(encodeNpz(sample)).toEqual(encodeNpz(sample))
  })

  it('stores members without compression and data descriptors, dated 1980-01-01, UTF-8 names marked', () => {
    const bytes = encodeNpz(sample)
    const view = new DataView(bytes.buffer)
    const name = new TextEncoder().encode('conv/weight:0.npy')
    const fields = (start: number): number[] => [
      view.getUint32(start, true),
      ...[6, 8, 12].map((place) => view.getUint16(start + place, true)),
    ]
    expect(fields(0)).toEqual([0x04034b50, 0, 0, 0x21])
    expect(bytes.subarray(30, 30 + name.length)).toEqual(name)
    const second = 30 + name.length + view.getUint32(18, true)
    expect(fields(second)).toEqual([0x04034b50, 0x800, 0, 0x21])
  })

  it('writes an archive without arrays', () => {
    expect(decodeNpz(encodeNpz([]), 'x').size).toBe(0)
  })
})

describe('npz files that cannot be used', () => {
  const flipped = (bytes: Uint8Array, place: number): Uint8Array => bytes.map((byte, i) => (i === place ? byte ^ 0x55 : byte))

  it.each([
    ['NPZ_NOT_ZIP', new Uint8Array(0)],
    ['NPZ_NOT_ZIP', new TextEncoder().encode('conv1 0.5 -0.5 0.5 and so on, a table')],
    ['NPZ_TRUNCATED', deflated.subarray(0, 300)],
    ['NPZ_DAMAGED', flipped(stored, stored.length - 30)],
    ['NPZ_DAMAGED', flipped(deflated, 90)],
    ['NPZ_DAMAGED', flipped(stored, stored.length - 76)],
  ])('%s names the file, what was found and what to do', (code, bytes) => {
    const error = thrown(() => decodeNpz(bytes, 'in/x.npz'))
    expect(error.code).toBe(code)
    expect(error.at[0]).toBe('in/x.npz')
    expect(error.found && error.wanted && error.hint).toBeTruthy()
  })

  it('never ends in anything but a clear error, wherever a byte is wrong or missing', () => {
    for (let i = 0; i < deflated.length; i++) {
      for (const bytes of [flipped(deflated, i), deflated.subarray(0, i)]) {
        try {
          decodeNpz(bytes, 'x')
        } catch (error) {
          expect(isQError(error), `byte ${i}: ${String(error)}`).toBe(true)
        }
      }
    }
  })
})

describe('checksum', () => {
  it('is the CRC-32 of zip files', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    expect(crc32(new Uint8Array(0))).toBe(0)
  })
})

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
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
