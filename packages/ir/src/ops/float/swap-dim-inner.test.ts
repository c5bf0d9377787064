import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('SwapDimInner', () => {
  it('the shape stays', () => expect(shapeOf('x: f32[1,6]; y = SwapDimInner(x) {offsets = [0, 2]}')).toEqual([1, 6]))
  it('C1: refuses an offset too few', () => {
    expect(() => shapeOf('x: f32[1,6]; y = SwapDimInner(x) {offsets = [2]}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
