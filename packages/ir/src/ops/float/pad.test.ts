import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Pad', () => {
  it("begins, then ends, as in ONNX's example", () => {
    expect(shapeOf('x: f32[1,3,4,5]; y = Pad(x) {pads = [0, 0, 1, 3, 0, 0, 2, 4]}')).toEqual([1, 3, 7, 12])
  })
  it('negative pads crop', () => expect(shapeOf('x: f32[4]; y = Pad(x) {pads = [-1, -2]}')).toEqual([1]))
  it('C1: refuses one pad for each axis', () => {
    expect(() => shapeOf('x: f32[4]; y = Pad(x) {pads = [1]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C2: refuses to crop everything', () => {
    expect(() => shapeOf('x: f32[4]; y = Pad(x) {pads = [-2, -2]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C2: ') }),
    )
  })
})
