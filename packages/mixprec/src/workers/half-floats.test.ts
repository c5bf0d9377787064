import type { Tensor } from '@q/ir'
import { decodeBf16Array, decodeF16, decodeF16Array } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { inTwoBytes } from './half-floats.ts'

const tensor = (dtype: 'f16' | 'bf16', numbers: readonly number[]): Tensor => ({
  dtype,
  shape: [numbers.length],
  data: Float32Array.from(numbers),
})

describe('16-bit floats in two bytes', () => {
  it('are the same numbers again, every one there is', () => {
    const numbers = Array.from({ length: 65536 }, (_, bits) => decodeF16(bits))
    expect(decodeF16Array(inTwoBytes(tensor('f16', numbers)).data as Uint16Array)).toEqual(Float32Array.from(numbers))
    const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
    const brains = decodeBf16Array(patterns)
    expect(decodeBf16Array(inTwoBytes(tensor('bf16', [...brains])).data as Uint16Array)).toEqual(brains)
  })

  it('are left as they are where a number would be lost', () => {
    for (const number of [1 + 2 ** -11, 2 ** -25, 65520, 1e-30]) {
      const left = tensor('f16', [1, number])
      expect(inTwoBytes(left)).toBe(left)
    }
    const left = tensor('bf16', [1, 1 + 2 ** -10])
    expect(inTwoBytes(left)).toBe(left)
  })

  it('leave stored tensors alone', () => {
    const stored: Tensor = { dtype: 'f16', shape: [1], data: Uint16Array.of(1) }
    expect(inTwoBytes(stored)).toBe(stored)
  })
})
