import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Squeeze', () => {
  it("drops the axis, as in ONNX's example", () => expect(shapeOf('x: f32[1,3,4,5]; y = Squeeze(x) {axes = [0]}')).toEqual([3, 4, 5]))
  it('a negative axis counts from the back', () => expect(shapeOf('x: f32[1,3,1,5]; y = Squeeze(x) {axes = [-2]}')).toEqual([1, 3, 5]))
  it('keeps an axis when none would be left', () => expect(shapeOf('x: f32[1,1]; y = Squeeze(x) {axes = [0, 1]}')).toEqual([1]))
  it('C1: refuses an axis of another size', () => {
    expect(() => shapeOf('x: f32[1,3]; y = Squeeze(x) {axes = [1]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[1,3]; y = Squeeze(x) {axes = [2]}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
