import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('comparisons', () => {
  it('operands broadcast', () => expect(shapeOf('a: f32[2,1]; b: f32[3]; y = Less(a, b)')).toEqual([2, 3]))
  it('refuses dimensions that are neither equal nor 1', () => {
    expect(() => shapeOf('a: f32[2,3]; b: f32[2]; y = Equal(a, b)')).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})
