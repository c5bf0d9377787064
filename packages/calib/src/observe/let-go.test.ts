import { describe, expect, it } from 'vitest'
import { letGo } from './let-go.ts'

describe('an array that is let go', () => {
  it('has no memory any more, again and again', () => {
    for (let i = 0; i < 3; i++) {
      const array = new Float32Array(5000)
      letGo(array)
      expect(array.length).toBe(0)
    }
  })

  it('keeps what others may read', () => {
    const shared = new Float32Array(new SharedArrayBuffer(16))
    const part = new Float32Array(8).subarray(2)
    for (const array of [shared, part]) letGo(array)
    expect([shared.length, part.length]).toEqual([4, 6])
  })
})
