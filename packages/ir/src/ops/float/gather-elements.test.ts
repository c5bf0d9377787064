import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('GatherElements', () => {
  it("the result has the shape of the indices, as in ONNX's example", () => {
    expect(shapeOf('x: f32[3,3]; i: i64[2,3]; y = GatherElements(x, i)')).toEqual([2, 3])
  })
  it('C2: refuses indices that are longer along another axis', () => {
    expect(() => shapeOf('x: f32[2,3]; i: f32[3,3]; y = GatherElements(x, i) {axis = 1}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })

  it('C1: refuses indices of other axes', () => {
    expect(() => shapeOf('x: f32[3,3]; i: i64[3]; y = GatherElements(x, i)')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
