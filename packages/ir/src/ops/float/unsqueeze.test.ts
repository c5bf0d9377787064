import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Unsqueeze', () => {
  it("axes count in the result, as in ONNX's example", () => {
    expect(shapeOf('x: f32[3,4,5]; y = Unsqueeze(x) {axes = [2, 4, 5]}')).toEqual([3, 4, 1, 5, 1, 1])
  })
  it('a negative axis counts from the back of the result', () => {
    expect(shapeOf('x: f32[1,3,1,5]; y = Unsqueeze(x) {axes = [-2]}')).toEqual([1, 3, 1, 1, 5])
  })
  it('C1: refuses an axis named twice', () => {
    expect(() => shapeOf('x: f32[3]; y = Unsqueeze(x) {axes = [0, -3]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[3]; y = Unsqueeze(x) {axes = [2]}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
