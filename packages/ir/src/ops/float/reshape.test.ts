import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Reshape', () => {
  it('the elements stay', () => expect(shapeOf('x: f32[2,3,4]; y = Reshape(x) {shape = [4, 2, 3]}')).toEqual([4, 2, 3]))
  it('a scalar has one element', () => expect(shapeOf('x: f32[1,1]; y = Reshape(x) {shape = []}')).toEqual([]))
  it('C1: refuses another number of elements', () => {
    expect(() => shapeOf('x: f32[2,3,4]; y = Reshape(x) {shape = [5, 5]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses negative dimensions', () => {
    expect(() => shapeOf('x: f32[2,3]; y = Reshape(x) {shape = [-2, -3]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
