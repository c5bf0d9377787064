import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('ScatterElements', () => {
  it('the shape is that of the data', () => {
    expect(shapeOf('x: f32[3,3]; i: i64[2,3]; u: f32[2,3]; y = ScatterElements(x, i, u)')).toEqual([3, 3])
  })
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[3,3]; i: i64[2,3]; u: f32[2,3]; y = ScatterElements(x, i, u) {axis = 2}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_AXIS' }),
    )
  })
})
