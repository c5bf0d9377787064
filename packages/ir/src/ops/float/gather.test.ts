import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Gather', () => {
  it("the axes of the indices replace the axis, as in ONNX's examples", () => {
    expect(shapeOf('x: f32[5,4,3,2]; i: i64[3]; y = Gather(x, i) {axis = 1}')).toEqual([5, 3, 3, 2])
  })
  it('indices of two axes', () => expect(shapeOf('x: f32[3,3]; i: i64[1,2]; y = Gather(x, i) {axis = 1}')).toEqual([3, 1, 2]))
  it('keepdims false drops the axis', () => {
    expect(shapeOf('x: f32[3,4]; i: i64[1]; y = Gather(x, i) {axis = 0, keepdims = false}')).toEqual([4])
  })
  it('one element keeps an axis', () => {
    expect(shapeOf('x: f32[3]; i: i64[1]; y = Gather(x, i) {axis = 0, keepdims = false}')).toEqual([1])
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[3]; i: i64[1]; y = Gather(x, i) {axis = 1}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
