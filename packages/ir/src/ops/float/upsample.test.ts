import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Upsample', () => {
  it('every place becomes a block', () => {
    expect(shapeOf('x: f32[1,3,2,5]; y = Upsample(x) {scale_h = 2, scale_w = 3}')).toEqual([1, 3, 4, 15])
  })
  it('C1: refuses a vector', () => {
    expect(() => shapeOf('x: f32[5]; y = Upsample(x) {scale_h = 2, scale_w = 3}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses a scale of 0', () => {
    expect(() => shapeOf('x: f32[1,3,2,5]; y = Upsample(x) {scale_h = 0, scale_w = 3}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
