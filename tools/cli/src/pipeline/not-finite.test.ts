import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { notFiniteLines } from './not-finite.ts'

it('outputs with numbers that are not finite are told, with the layer where such come first', () => {
  const graph = parseGraph('x: f32[1,2]; a = Log(x); b = Tanh(x); y = Relu(a); return y, b')
  const of = (...values: readonly number[]) => ({ dtype: 'f32', shape: [1, 2], data: Float32Array.from(values) }) as const
  const tensors = new Map([
    ['a', of(Number.NaN, 1)],
    ['b', of(1, 2)],
    ['y', of(Number.NaN, 1)],
  ])
  expect(notFiniteLines(graph, tensors)).toEqual([
    'warning: 1 of the 2 numbers of y are NaN or infinite; they come first in layer a (Log): check the model and its preprocessing',
  ])
  expect(notFiniteLines(graph, new Map([['y', of(1, 2)]]))).toEqual([])
})
