import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { comparedValues } from './comparison.ts'

const graph = parseGraph('x: f32[1,8]; long_name = Tanh(x); b = Softmax(long_name); return b')

it('outputs are compared, or the layers that are named', () => {
  expect(comparedValues(graph, undefined)).toEqual([{ name: 'b' }])
  const values = [{ name: 'long_name', weight: 2 }]
  expect(comparedValues(graph, { values })).toBe(values)
})

it('nothing, and what the graph does not have, is refused', () => {
  expect(() => comparedValues(graph, { values: [] })).toThrow(expect.objectContaining({ code: 'COMPARISON_EMPTY' }))
  expect(() => comparedValues(graph, { values: [{ name: 'long_nam' }] })).toThrow(
    expect.objectContaining({ code: 'LAYER_UNKNOWN', at: [graph.name, 'long_nam'], hint: expect.stringContaining('long_name') }),
  )
})
