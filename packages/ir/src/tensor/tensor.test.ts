import { describe, expect, it } from 'vitest'
import { type DType, elementBytes, elementCount, storageArray, stridesOf, tensor } from './tensor.ts'

describe('tensor', () => {
  it('refuses data that does not fill its shape', () => {
    expect(() => tensor('f32', [2, 3], new Float32Array(5))).toThrow(new RangeError('a tensor of shape [2, 3] has 6 elements, not 5'))
  })
  it('a scalar has one element, an empty axis none', () => {
    expect([elementCount([]), elementCount([3, 0, 2]), elementCount([2, 3])]).toEqual([1, 0, 6])
  })
  it('neighbours along an axis are the product of the axes behind it apart', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
    expect(stridesOf([])).toEqual([])
  })
  it.each(Object.keys(storageArray) as DType[])('%s is stored in elements of its own size', (dtype) => {
    expect(storageArray[dtype].BYTES_PER_ELEMENT).toBe(elementBytes[dtype])
  })
})
