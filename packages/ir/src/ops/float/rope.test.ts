import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Rope', () => {
  it('keeps the shape, whatever axes the factors have', () => {
    expect(shapeOf('x: f32[1,4,16,8]; s: f32[16,8]; c: f32[1,1,16,8]; y = Rope(x, s, c)')).toEqual([1, 4, 16, 8])
    expect(shapeOf('x: f32[2]; s: f32[1]; c: f32[2]; y = Rope(x, s, c)')).toEqual([2])
  })

  it.each([
    ['an element without a neighbour', 'x: f32[4,3]; s: f32[3]; c: f32[3]'],
    ['factors of more axes', 'x: f32[4,2]; s: f32[3,4,2]; c: f32[2]'],
    ['factors of more places', 'x: f32[1,2]; s: f32[1,2]; c: f32[5,2]'],
  ])('C1: refuses %s', (_, operands) => {
    expect(() => shapeOf(`${operands}; y = Rope(x, s, c)`)).toThrow(expect.objectContaining({ message: expect.stringContaining('C1') }))
  })
})
