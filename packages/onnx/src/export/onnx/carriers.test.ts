import { describe, expect, it } from 'vitest'
import { fromCarrier, toCarrier } from './carriers.ts'

describe('carriers', () => {
  it('signed codes travel as unsigned ones, 128 added, at any place in memory', () => {
    const codes = Int8Array.of(99, -128, -1, 0, 1, 127, 5)
    for (const data of [codes.subarray(1, 6), codes.slice(1, 6)]) {
      const carried = toCarrier({ dtype: 'i8', shape: [5], data })
      expect([...(carried.data as Uint8Array)]).toEqual([0, 127, 128, 129, 255])
      expect([...(fromCarrier(carried, { dtype: 'i8', shape: [5] }).data as Int8Array)]).toEqual([-128, -1, 0, 1, 127])
    }
  })

  it('16-bit floats travel as the numbers they are', () => {
    expect([...(toCarrier({ dtype: 'f16', shape: [2], data: Uint16Array.of(0x3c00, 0xc500) }).data as Float32Array)]).toEqual([1, -5])
    expect([...(toCarrier({ dtype: 'bf16', shape: [2], data: Uint16Array.of(0x3f80, 0xc0a0) }).data as Float32Array)]).toEqual([1, -5])
    const numbers = Float32Array.of(0.5)
    expect(toCarrier({ dtype: 'f16', shape: [1], data: numbers }).data).toBe(numbers)
  })

  it('16-bit integers travel as 32-bit ones', () => {
    const carried = toCarrier({ dtype: 'i16', shape: [2], data: Int16Array.of(-32768, 7) })
    expect(carried.dtype).toBe('i32')
    expect([...(fromCarrier(carried, { dtype: 'i16', shape: [2] }).data as Int16Array)]).toEqual([-32768, 7])
  })
})
