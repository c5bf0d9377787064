import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Tile', () => {
  it("as ONNX's example", () => expect(shapeOf('x: f32[2,3,4,5]; y = Tile(x) {repeats = [7, 6, 4, 2]}')).toEqual([14, 18, 16, 10]))
  it('C1: refuses a count too few', () => {
    expect(() => shapeOf('x: f32[2,3]; y = Tile(x) {repeats = [2]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses a negative count', () => {
    expect(() => shapeOf('x: f32[2]; y = Tile(x) {repeats = [-1]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
