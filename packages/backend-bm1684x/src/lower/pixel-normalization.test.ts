import { parseGraph, resolve } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { bm1684x } from '../bm1684x.ts'

const graph = {
  ...parseGraph(
    'x: f32[1,3,1,2]; g: f32[1,3,1,1] = [1, 2, 3]; b: f32[1,3,1,1] = [0, 0, 1]; y: f32[1,3,1,2] = PixelNormalization(x, g, b) {epsilon = 1e-6}',
  ),
  outputs: ['y'],
  properties: { stage: 'float' },
}
const table = new Map([
  ['x', { threshold: 2, min: -2, max: 2 }],
  ['y', { threshold: 3, min: -3, max: 3 }],
])
const resolved = (mode: string) => resolve(graph, table, new Map(), bm1684x(), { mode })

describe('normalization over channels', () => {
  it('takes codes and gives half floats, and says what that loses', () => {
    const { graph: made, diagnostics } = resolved('INT8')
    expect(made.nodes.map(({ op, inputs }) => [op, ...inputs.slice(1)])).toEqual([
      ['QuantizeLinear'],
      ['QPixelNormalization', 'g_f16', 'b_f16'],
      ['Cast'],
    ])
    expect(made.values.get('y')!.type).toMatchObject({ dtype: 'f16' })
    expect(diagnostics.map(({ code, at }) => [code, at])).toEqual([['COMPUTED_OTHERWISE', ['y']]])
  })

  it('is computed in float32 in float modes', () => {
    for (const mode of ['F16', 'F32']) expect(resolved(mode).graph.values.get('y')!.type.dtype).toBe('f32')
  })
})
