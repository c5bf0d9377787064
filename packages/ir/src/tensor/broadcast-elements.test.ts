import { expect, it } from 'vitest'
import { broadcastElements } from './broadcast-elements.ts'

it('repeats elements along axes of one, and along those in front', () => {
  expect(broadcastElements(Int8Array.of(1, 2), [2, 1], [2, 3])).toEqual(Int8Array.of(1, 1, 1, 2, 2, 2))
  expect(broadcastElements(Float32Array.of(1, 2), [2], [2, 1, 2])).toEqual(Float32Array.of(1, 2, 1, 2))
  expect(broadcastElements(BigInt64Array.of(7n), [], [2])).toEqual(BigInt64Array.of(7n, 7n))
  expect(broadcastElements(Uint16Array.of(1, 2, 3, 4), [2, 1, 2], [2, 2, 2])).toEqual(Uint16Array.of(1, 2, 1, 2, 3, 4, 3, 4))
})

it('makes nothing for a shape without elements', () => {
  expect(broadcastElements(Float32Array.of(1), [1, 1], [0, 3])).toEqual(new Float32Array(0))
})
