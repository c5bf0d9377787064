import { describe, expect, it } from 'vitest'
import { aligned, binaryArea } from './binary-area.ts'

describe('an area of blobs', () => {
  it('gives each its place at a multiple of the alignment, zeros between', () => {
    const area = binaryArea(16)
    expect([area.size, area.bytes().length]).toEqual([0, 0])
    expect(area.add(Uint8Array.of(1, 2, 3))).toEqual({ start: 0, size: 3 })
    expect(area.add(new Uint8Array())).toEqual({ start: 16, size: 0 })
    expect(area.add(new Uint8Array(16).fill(9))).toEqual({ start: 16, size: 16 })
    expect(area.size).toBe(32)
    expect([...area.bytes()]).toEqual([1, 2, 3, ...new Array(13).fill(0), ...new Array(16).fill(9)])
  })

  it('rounds up', () => {
    expect([0, 1, 16, 17].map((size) => aligned(size, 16))).toEqual([0, 16, 16, 32])
  })
})
