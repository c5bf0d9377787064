import { describe, expect, it } from 'vitest'
import { readPortableBmodel } from './read-portable-bmodel.ts'
import { writePortableBmodel } from './write-portable-bmodel.ts'

const model = {
  chip: 'BM1684X',
  name: 'tiny',
  program: 'module @tiny {}\n',
  inputs: [{ name: 'x', dtype: 'f32', shape: [1, 3, 8, 8] }],
  outputs: [{ name: 'y', dtype: 'f32', shape: [1, 4] }],
  weights: [
    { name: 'conv_filter_i8', bytes: Uint8Array.from([1, 2, 3, 255]) },
    { name: 'conv/bias:0', bytes: new Uint8Array(5000).fill(7) },
  ],
} as const

describe('portable .bmodel', () => {
  it('reads back what was written', () => {
    const read = readPortableBmodel(writePortableBmodel(model, 1_700_000_000), 'tiny.bmodel')
    expect(read).toEqual(model)
  })

  it('writes the same bytes for the same arguments, blobs at multiples of 4096', () => {
    const bytes = writePortableBmodel(model, 0)
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(writePortableBmodel(model, 0)))).toBe(0)
    const header = new DataView(bytes.buffer)
    expect(header.getUint32(0, true)).toBe(0xff55aaee)
    expect((64 + header.getUint32(8, true)) % 4096).toBe(0)
    expect(bytes.length).toBe(64 + header.getUint32(8, true) + Number(header.getBigUint64(12, true)))
  })

  it('refuses a file cut anywhere with one error and no crash', () => {
    const bytes = writePortableBmodel(model, 0)
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => readPortableBmodel(bytes.subarray(0, length), 'cut.bmodel')).toThrow(/cut\.bmodel/)
    }
  })

  it('refuses what is no container', () => {
    expect(() => readPortableBmodel(new TextEncoder().encode('hello'), 'x')).toThrow(/no \.bmodel/)
  })
})
