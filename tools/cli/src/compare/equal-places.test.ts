import type { Tensor } from '@q/ir'
import { expect, it } from 'vitest'
import { compareTensor } from './compare-tensors.ts'
import { equalPlaces, placesText } from './equal-places.ts'

const f32 = (...values: readonly number[]): Tensor => ({ dtype: 'f32', shape: [1, values.length], data: Float32Array.from(values) })

it('a place is right or it is not, however near it lies', () => {
  expect(equalPlaces(f32(200, 3, 0, 7), f32(201, 3, 0, 900), 1)).toEqual({ equal: 2, places: 4 })
  expect(placesText({ equal: 15, places: 16 })).toBe('93.8 % of 16 places are the same')
})

it('picks of a row are a set: their rank does not count, each counts once', () => {
  expect(equalPlaces(f32(5, 9, 1, 2), f32(9, 5, 2, 3), 2)).toEqual({ equal: 3, places: 4 })
  expect(equalPlaces(f32(5, 5), f32(5, 6), 2)).toEqual({ equal: 1, places: 2 })
})

it('of places the share decides, in files of tensors too', () => {
  const tolerance = { cosine: 0.9, euclidean: 0.75, places: new Map([['k', 1]]) }
  // As numbers these are next to equal, or far apart.
  expect(compareTensor('k', f32(1001, 1002, 1003, 1004), f32(1000, 1001, 1002, 1003), tolerance).passed).toBe(false)
  expect(compareTensor('k', f32(1, 2, 3, 4000), f32(1, 2, 3, 0), tolerance)).toMatchObject({
    passed: true,
    places: { equal: 3, places: 4 },
  })
})
