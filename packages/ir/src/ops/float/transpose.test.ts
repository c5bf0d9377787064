import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Transpose', () => {
  it("axis i is axis perm[i], as in ONNX's examples", () => {
    expect(shapeOf('x: f32[2,3,4]; y = Transpose(x) {perm = [1, 2, 0]}')).toEqual([3, 4, 2])
  })
  it('C1: refuses an axis twice', () => {
    expect(() => shapeOf('x: f32[2,3,4]; y = Transpose(x) {perm = [0, 0, 1]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[2,3]; y = Transpose(x) {perm = [0, 2]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses an axis too few', () => {
    expect(() => shapeOf('x: f32[2,3]; y = Transpose(x) {perm = [0]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
