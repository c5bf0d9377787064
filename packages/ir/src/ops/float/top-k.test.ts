import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('TopK', () => {
  it("k elements of the axis, as in ONNX's example", () => {
    expect(shapeOf('x: f32[3,4]; y, i = TopK(x) {axis = 1, k = 3}')).toEqual([3, 3])
  })
  it('C1: refuses more than there are', () => {
    expect(() => shapeOf('x: f32[3,4]; y, i = TopK(x) {axis = 1, k = 5}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
