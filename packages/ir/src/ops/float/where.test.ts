import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

const shapeOf = (text: string) => parseGraph(text).values.get('y')!.type.shape

describe('Where', () => {
  it('all three broadcast', () => expect(shapeOf('c: f32[2,1,1]; a: f32[3,1]; b: f32[4]; y = Where(c, a, b)')).toEqual([2, 3, 4]))
  it('refuses dimensions that are neither equal nor 1', () => {
    expect(() => shapeOf('c: f32[2]; a: f32[3]; y = Where(c, a, a)')).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
  })
})
