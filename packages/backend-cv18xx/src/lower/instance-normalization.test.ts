import { describe, expect, it } from 'vitest'
import { resolvedText } from '../../test/resolved-text.ts'

const lowered = (shape: string, scales: string, mode: 'INT8' | 'BF16' = 'BF16') =>
  resolvedText(`x: f32[${shape}]; s: f32[2] = [${scales}]; b: f32[2] = [0.5, -1]; y = InstanceNormalization(x, s, b)`, mode).graph
const nodesOf = (graph: ReturnType<typeof lowered>) => graph.nodes.filter(({ op }) => op !== 'Cast' && op !== 'QuantizeLinear')

describe('an InstanceNormalization', () => {
  it('without scales is computed by the host, its number a float32', () => {
    const graph = lowered('1,2,3,3', '1, 1')
    expect(nodesOf(graph)).toMatchObject([{ op: 'InstanceNormalization', inputs: ['x', 's', 'b'], attrs: { epsilon: Math.fround(1e-5) } }])
    expect(graph.values.get('y')!.type.dtype).toBe('f32')
  })

  /* The host program of TPU-MLIR 1.30.2 divides all means and variances by the first scale, and multiplies by none. */
  it.each(['INT8', 'BF16'] as const)('with scales is scaled behind the host, by a convolution of one tap: %s', (mode) => {
    const graph = lowered('1,2,3,3', '2, -0.5', mode)
    const [normalize, scale, ...more] = nodesOf(graph)
    expect(more).toEqual([])
    const numbers = (name: string | undefined) => Array.from(graph.values.get(name!)!.constant!.data, Number)
    expect(normalize!.inputs.slice(1).map(numbers)).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(scale).toMatchObject({ op: 'Conv', outputs: ['y'], attrs: { group: 2 } })
    expect(scale!.inputs.slice(1).map(numbers)).toEqual([
      [0x4000, 0xbf00],
      [0.5, -1],
    ])
  })

  it('of several images is refused: the host takes the means of the last one for all', () => {
    expect(() => lowered('2,2,3,3', '1, 1')).toThrowError(
      expect.objectContaining({ code: 'OP_UNSUPPORTED', at: ['y'], found: 'an operand of [2, 2, 3, 3]' }),
    )
  })
})
