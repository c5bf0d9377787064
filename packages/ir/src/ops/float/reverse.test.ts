import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Reverse', () => {
  it('the shape stays', () => expect(shapeOf('x: f32[2,3]; y = Reverse(x) {axis = -1}')).toEqual([2, 3]))
  it('refuses an axis that is not there', () => {
    expect(() => shapeOf('x: f32[2,3]; y = Reverse(x) {axis = 2}')).toThrow(expect.objectContaining({ code: 'SHAPE_AXIS' }))
  })
})
