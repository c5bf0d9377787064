import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Concat', () => {
  it('the axis adds up', () => expect(shapeOf('a: f32[1,2,4]; b: f32[1,3,4]; y = Concat(a, b, a) {axis = 1}')).toEqual([1, 7, 4]))
  it('a negative axis counts from the back', () => expect(shapeOf('a: f32[1,2,4]; y = Concat(a, a) {axis = -1}')).toEqual([1, 2, 8]))
  it('C1: refuses operands that differ elsewhere', () => {
    expect(() => shapeOf('a: f32[1,2,4]; b: f32[1,3,5]; y = Concat(a, b) {axis = 1}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses operands of different axes', () => {
    expect(() => shapeOf('a: f32[1,2,4]; b: f32[1,2]; y = Concat(a, b) {axis = 1}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C2: refuses no operands', () => {
    expect(() => shapeOf('y = Concat() {axis = 0}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('a: f32[1,2,4]; y = Concat(a, a) {axis = 3}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
