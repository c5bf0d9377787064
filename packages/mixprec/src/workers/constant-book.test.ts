import type { Tensor } from '@q/ir'
import { encodeBf16Array, encodeF16Array } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { createConstantBook } from './constant-book.ts'

const numbers = Float32Array.of(1, -0.5, 3.140625, 0)
const constant = (dtype: 'f16' | 'bf16', data: Tensor['data'], shape = [4]): Tensor => ({ dtype, shape, data })

describe('constants of other threads', () => {
  it('lie in shared memory, one for all shapes, and have a number each', () => {
    const book = createConstantBook(true)
    const data = Int8Array.of(1, 2, 3, 4)
    const [row, square] = [[4], [2, 2]].map((shape) => book.entry({ dtype: 'i8', shape, data }))
    expect(row!.tensor.data.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(row!.tensor.data).toEqual(data)
    expect(square!.tensor.data).toBe(row!.tensor.data)
    expect(square!.id).not.toBe(row!.id)
    expect(book.entry({ dtype: 'i8', shape: [4], data })).toBe(row)
  })

  it('are float32 numbers where they are 16-bit floats, each type by its own bits', () => {
    const book = createConstantBook(true)
    const bits = encodeF16Array(numbers)
    const half = book.entry(constant('f16', bits)).tensor
    expect(half).toMatchObject({ dtype: 'f16', shape: [4] })
    expect(half.data).toEqual(numbers)
    expect(half.data.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(book.entry(constant('bf16', encodeBf16Array(numbers))).tensor.data).toEqual(numbers)
    expect(book.entry(constant('bf16', bits)).tensor.data).not.toEqual(numbers)
  })

  it('are left as they are for a bench on this thread', () => {
    const half = constant('f16', encodeF16Array(numbers))
    expect(createConstantBook(false).entry(half).tensor).toBe(half)
  })
})
