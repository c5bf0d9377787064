import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { writeTop } from '../index.ts'
import { weightsByName } from './shared-weights.ts'

const weight = (elements: readonly number[], shape: readonly number[] = [elements.length], elementName?: 'si32') => ({
  name: 'w',
  type: { dtype: 'f32' as const, shape },
  constant: { dtype: 'f32' as const, shape, data: Float32Array.from(elements) },
  elementName,
})

it('a weight of several users is written once, as the first of them has it', () => {
  expect(weightsByName([weight([1, 2], [2], 'si32'), weight([1, 2])]).get('w')?.elementName).toBe('si32')
})

it.each([
  ['elements', weight([1, 3])],
  ['shape', weight([1, 2], [1, 2])],
])('users that want another order (%s) of its elements are refused', (_, other) => {
  expect(() => weightsByName([weight([1, 2]), other])).toThrow(expect.objectContaining({ code: 'WEIGHT_SHARED', at: ['w'] }))
})

it('a transposed convolution and a plain one do not share a weight that the file stores in two orders', () => {
  const graph = parseGraph(`
    x: f32[1,2,3,3]
    w: f32[2,2,1,1] = [1, 2, 3, 4]
    a = Conv(x, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], group = 1}
    b = ConvTranspose(a, w) {strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], group = 1}
  `)
  expect(() => writeTop(graph)).toThrow(expect.objectContaining({ code: 'WEIGHT_SHARED', at: ['w'] }))
})
