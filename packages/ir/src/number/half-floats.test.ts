import { expect, it } from 'vitest'
import { decodeHalfFloats } from './half-floats.ts'

it('bits of 16-bit floats are decoded by their type, and nothing else is', () => {
  expect(decodeHalfFloats({ dtype: 'f16', data: Uint16Array.of(0x3c00, 0xc000) })).toEqual(Float32Array.of(1, -2))
  expect(decodeHalfFloats({ dtype: 'bf16', data: Uint16Array.of(0x3f80, 0xc000) })).toEqual(Float32Array.of(1, -2))
  expect(decodeHalfFloats({ dtype: 'u16', data: Uint16Array.of(0x3c00) })).toBeUndefined()
  expect(decodeHalfFloats({ dtype: 'bf16', data: Float32Array.of(1) })).toBeUndefined()
})
