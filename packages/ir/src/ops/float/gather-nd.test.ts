import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('GatherND', () => {
  it("whole tuples give elements, as in ONNX's example 1", () => {
    expect(shapeOf('x: f32[2,2]; i: i64[2,2]; y = GatherND(x, i)')).toEqual([2])
  })
  it('short tuples give slices, as in example 2', () => expect(shapeOf('x: f32[2,2]; i: i64[2,1]; y = GatherND(x, i)')).toEqual([2, 2]))
  it('the leading axes of the indices stay, as in example 4', () => {
    expect(shapeOf('x: f32[2,2,2]; i: i64[2,1,2]; y = GatherND(x, i)')).toEqual([2, 1, 2])
  })
  it('batch axes run along, as in example 5', () => {
    expect(shapeOf('x: f32[2,2,2]; i: i64[2,1]; y = GatherND(x, i) {batch_dims = 1}')).toEqual([2, 2])
  })
  it('C1: refuses tuples longer than x has axes', () => {
    expect(() => shapeOf('x: f32[2,2]; i: i64[1,3]; y = GatherND(x, i)')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses indices without an axis', () => {
    expect(() => shapeOf('x: f32[2,2]; i: i64[]; y = GatherND(x, i)')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
