import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('ShuffleChannel', () => {
  it('the shape stays', () => expect(shapeOf('x: f32[1,6,2,2]; y = ShuffleChannel(x) {group = 3}')).toEqual([1, 6, 2, 2]))
  it('C1: refuses groups that do not divide', () => {
    expect(() => shapeOf('x: f32[1,6,2,2]; y = ShuffleChannel(x) {group = 4}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
  it('C1: refuses no channels', () => {
    expect(() => shapeOf('x: f32[6]; y = ShuffleChannel(x) {group = 3}')).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
    )
  })
})
