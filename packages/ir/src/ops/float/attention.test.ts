import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Attention', () => {
  it('the last axis is that of the output projection', () => {
    expect(
      shapeOf(
        'x: f32[1,5,8]; w: f32[8,8]; o: f32[8,6]; y = Attention(x, _, _, w, _, w, _, w, _, o) {heads = 2, headSize = 4, scale = 0.5}',
      ),
    ).toEqual([1, 5, 6])
  })
  it('C1: refuses a scalar', () => {
    expect(() =>
      shapeOf('x: f32[]; w: f32[8,8]; y = Attention(x, _, _, w, _, w, _, w, _, w) {heads = 2, headSize = 4, scale = 0.5}'),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }))
  })
})
