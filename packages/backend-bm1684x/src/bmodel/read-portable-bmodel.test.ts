import { describe, expect, it } from 'vitest'
import { coefficientBytes, file, program } from '../../test/tiny-container.ts'
import { readPortableBmodel } from './read-portable-bmodel.ts'

/** Bytes of the tables, which lie behind a header of 64; the binary area follows. */
const flatBytes = new DataView(file.buffer, file.byteOffset).getUint32(8, true)
const binary = file.subarray(64 + flatBytes)

describe('reading', () => {
  /** Without its seal, which would tell of each of these changes. */
  const damaged = (change: (view: DataView) => void, length = file.length) => {
    const copy = file.slice(0, length).fill(0, 32, 64)
    change(new DataView(copy.buffer))
    return () => readPortableBmodel(copy, 'damaged.bmodel')
  }

  it.each([1, 16384])('refuses %i bytes behind the end, which no seal covers', (more) => {
    const longer = new Uint8Array(file.length + more)
    longer.set(file)
    expect(() => readPortableBmodel(longer, 'x')).toThrow(
      expect.objectContaining({ code: 'BMODEL_INVALID', found: `${longer.length} bytes`, wanted: `${file.length} bytes` }),
    )
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
    const shorter = (bytes: number) => damaged((view) => view.setBigUint64(12, BigInt(binary.length - bytes), true), file.length - bytes)
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
