import { describe, expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

describe('Cast', () => {
  it('changes the element type and keeps the shape', () => {
    expect(parseGraph('x: f32[2,3]; y = Cast(x) {to = "f16"}').values.get('y')!.type).toEqual({ dtype: 'f16', shape: [2, 3] })
  })
  it('refuses an element type it does not know', () => {
    expect(() => parseGraph('x: f32[2]; y = Cast(x) {to = "f8"}')).toThrow(expect.objectContaining({ code: 'ATTR_TYPE', at: ['y'] }))
  })
})
