import { describe, expect, it } from 'vitest'
import { floatValues } from './float-values.ts'

describe('the elements of a tensor as float32', () => {
  it('are the array itself where it is one', () => {
    const data = Float32Array.of(1, 2)
    expect(floatValues('x', { dtype: 'f32', shape: [2], data })).toBe(data)
  })

  it('are converted from integers of every width', () => {
    expect(floatValues('x', { dtype: 'i32', shape: [2], data: Int32Array.of(-3, 7) })).toEqual(Float32Array.of(-3, 7))
    expect(floatValues('x', { dtype: 'i64', shape: [2], data: BigInt64Array.of(-3n, 7n) })).toEqual(Float32Array.of(-3, 7))
  })

  it('are missed by name', () => {
    expect(() => floatValues('x', undefined)).toThrow(expect.objectContaining({ code: 'ACTIVATION_MISSING', at: ['x'] }))
  })
})
