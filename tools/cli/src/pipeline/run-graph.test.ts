import { parseGraph } from '@q/ir'
import { expect, it } from 'vitest'
import { outputsWithSources } from './run-graph.ts'

it('what an output is cast from is named for a quantized graph alone, and an output that is named twice once', () => {
  const graph = parseGraph('x: f32[1,4]; r = Relu(x); y = Cast(r) {to = "f16"}; return y, y')
  expect(outputsWithSources(graph)).toEqual(['y'])
  expect(outputsWithSources({ ...graph, properties: { stage: 'quantized' } })).toEqual(['y', 'r'])
})
