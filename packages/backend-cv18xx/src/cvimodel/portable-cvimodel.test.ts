import { describe, expect, it } from 'vitest'
import { file, tiny } from '../../test/tiny-container.ts'
import { container, containerOf } from '../../test/vendor-container.ts'
import { readPortableCvimodel, writePortableCvimodel } from './index.ts'

const refused = (bytes: Uint8Array) => () => readPortableCvimodel(bytes, 'x.qcvimodel')
const changed = (change: (bytes: Uint8Array) => void) => {
  const copy = file.slice()
  change(copy)
  return copy
}

describe('portable .cvimodel', () => {
  it('reads back what was written', () => {
    expect(readPortableCvimodel(file, 'x')).toEqual(tiny)
  })

  it('reads back shapes with four extents', () => {
    const outputs = [{ name: 'y', dtype: 'f32', shape: [1, 10] }] as const
    expect(readPortableCvimodel(writePortableCvimodel({ ...tiny, outputs }, 0), 'x').outputs[0]!.shape).toEqual([1, 10, 1, 1])
  })

  it('writes the same bytes for the same arguments', () => {
    expect(writePortableCvimodel(tiny, 5)).toEqual(writePortableCvimodel(tiny, 5))
  })

  it('reads a file that is part of a larger buffer', () => {
    const around = new Uint8Array(file.length + 24)
    around.set(file, 8)
    expect(readPortableCvimodel(around.subarray(8, 8 + file.length), 'x')).toEqual(tiny)
  })

  it.each([1, 16384])('refuses %i bytes behind the end, which no digest covers', (more) => {
    const longer = new Uint8Array(file.length + more)
    longer.set(file)
    expect(refused(longer)).toThrow(
      expect.objectContaining({ code: 'CVIMODEL_INVALID', found: `${longer.length} bytes`, wanted: `${file.length} bytes` }),
    )
  })

  it('refuses a file cut anywhere', () => {
    for (let length = 0; length < file.length; length += 7)
      expect(refused(file.subarray(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: 'CVIMODEL_INVALID', at: ['x.qcvimodel'] }),
      )
  })

  it('refuses a file with any bit of it changed', () => {
    for (let at = 0; at < file.length; at++) {
      for (const bit of at < 48 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        const copy = changed((bytes) => {
          bytes[at]! ^= 1 << bit
        })
        expect(refused(copy), `bit ${bit} of byte ${at}`).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^CVIMODEL_(INVALID|VERSION)$/), at: ['x.qcvimodel'] }),
        )
      }
    }
  })

  it('reads what the vendor’s tool joined, which has no digest and says so', () => {
    const joined = changed((bytes) => bytes.fill(7, 14, 30).fill(0x41, 46, 48))
    expect(readPortableCvimodel(joined, 'x')).toEqual(tiny)
    expect(refused(changed((bytes) => bytes.fill(7, 14, 30)))).toThrow('its bytes are not those that were written')
  })

  it('tells a file of chip commands from a damaged one', () => {
    expect(refused(container())).toThrow(expect.objectContaining({ code: 'CVIMODEL_CHIP_ONLY', found: '3 routines for cv182x' }))
    expect(refused(containerOf([{ id: 5, kind: 'tables', value: [] }]))).toThrow('there is no program inside')
    expect(refused(container([{ id: 6, kind: 'tables', value: [] }]))).toThrow('there is no network inside')
    expect(refused(new TextEncoder().encode('hello'))).toThrow('this is no .cvimodel file')
  })
})
