import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('reductions', () => {
  it("keepdims leaves ones, as in ONNX's example", () => {
    expect(shapeOf('x: f32[3,2,2]; y = ReduceMean(x) {axes = [1]}')).toEqual([3, 1, 2])
  })
  it('without keepdims the axes are dropped', () => {
    expect(shapeOf('x: f32[3,2,2]; y = ReduceSum(x) {axes = [-2], keepdims = false}')).toEqual([3, 2])
  })
  it('over everything one axis is left', () => {
    expect(shapeOf('x: f32[3,2]; y = ReduceL2(x) {axes = [0, 1], keepdims = false}')).toEqual([1])
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[3,2]; y = ReduceMax(x) {axes = [2]}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
