import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Resize', () => {
  it("the last two axes have the sizes, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,1,2,4]; y = Resize(x) {mode = "linear", scale_h = 0.6, scale_w = 0.6, sizes = [1, 2]}')).toEqual([1, 1, 1, 2])
  })
  it('C1: refuses sizes for one axis', () => {
    expect(() => shapeOf('x: f32[1,1,2,4]; y = Resize(x) {mode = "linear", scale_h = 1, scale_w = 1, sizes = [2]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
