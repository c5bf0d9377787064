import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

const start = {
  samples: 7,
  states: [{ numbers: [-1.5, Number.POSITIVE_INFINITY, 0.1] }, { numbers: [], counts: Int32Array.of(1, -2, 2 ** 31 - 1) }],
}

describe('checkpoint', () => {
  it('reads back what was kept, infinities included', () => {
    expect(decodeCheckpoint('a b', encodeCheckpoint('a b', start))).toEqual(start)
  })
  it('is not used for another calibration', () => {
    expect(decodeCheckpoint('a c', encodeCheckpoint('a b', start))).toBeUndefined()
  })
  it('is not used when any byte is damaged or missing', () => {
    const bytes = encodeCheckpoint('k', start)
    for (let i = 0; i < bytes.length; i++) {
      expect(decodeCheckpoint('k', bytes.with(i, bytes[i]! ^ 1))).toBeUndefined()
      expect(decodeCheckpoint('k', bytes.subarray(0, i))).toBeUndefined()
    }
  })
})
