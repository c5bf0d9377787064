import { expect, it } from 'vitest'
import { parseGraph } from '../../graph/text/parse-graph.ts'

it('LRN C1: refuses what has no channels', () => {
  expect(() => parseGraph('x: f32[3]; y = LRN(x) {size = 3}')).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', message: expect.stringContaining('C1: ') }),
  )
})
