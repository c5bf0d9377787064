import { createReferenceExecutor } from '@q/exec-ref'
import { elementCount, parseGraph, type Tensor } from '@q/ir'
import { roundBf16, roundF16 } from '@q/ir/number'
import { describe, expect, it } from 'vitest'
import { ortExecutor } from './reference-network.ts'

const list = (count: number, of: (i: number) => number) => `[${Array.from({ length: count }, (_, i) => of(i).toFixed(4)).join(', ')}]`
const scaled = (count: number) =>
  `s: f32[${count}] = ${list(count, (i) => Math.sin(i + 1))}; b: f32[${count}] = ${list(count, (i) => Math.cos(i))}`

/** Norms of each kind and an operator behind each type, so that what they make is seen as it is. */
const networks = (['f32', 'f16', 'bf16'] as const).flatMap((type) => {
  const result = (shape: string) => `y: ${type}[${shape}]`
  return [
    `x: ${type}[2,5,48]; ${scaled(48)}; ${result('2,5,48')} = LayerNormalization(x, s, b)`,
    `x: ${type}[1,67]; ${scaled(67)}; ${result('1,67')} = LayerNormalization(x, s, b) {epsilon = 0.001}`,
    `x: ${type}[2,3,40]; ${result('2,3,40')} = LayerNormalization(x) {axis = 1}`,
    `x: ${type}[3,33]; s: f32[33] = ${list(33, (i) => Math.sin(i + 1))}; ${result('3,33')} = RMSNormalization(x, s)`,
    `x: ${type}[1,4,9,7]; ${scaled(4)}; ${result('1,4,9,7')} = InstanceNormalization(x, s, b)`,
    `x: ${type}[2,3,4,4]; ${scaled(3)}; ${result('2,3,4,4')} = InstanceNormalization(x, s, b)`,
    `x: ${type}[2,6,5,5]; ${scaled(6)}; ${result('2,6,5,5')} = GroupNormalization(x, s, b) {num_groups = 2}`,
    `x: ${type}[1,21,4,3]; ${scaled(21)}; ${result('1,21,4,3')} = PixelNormalization(x, s, b)`,
  ]
})

describe('norms are computed in the defined order by every exact executor', () => {
  it.each(networks.map((text) => [text.replace(/ = \[[^\]]*\]/g, ''), text]))('%s', async (_, text) => {
    const graph = { ...parseGraph(text), outputs: ['y'], properties: { stage: 'quantized' } }
    const { dtype, shape } = graph.values.get('x')!.type
    const round = dtype === 'f16' ? roundF16 : dtype === 'bf16' ? (each: number) => roundBf16(each) : Math.fround
    const x: Tensor = { dtype, shape, data: Float32Array.from({ length: elementCount(shape) }, (_, i) => round(3 * Math.sin(i * i) + 1)) }
    const [ours, theirs] = await Promise.all(
      [ortExecutor('exact'), createReferenceExecutor()].map(async (executor) => {
        const session = await executor.load(graph)
        const results = await session.run(new Map([['x', x]]))
        await session.close()
        return [...results.get('y')!.data].map(Number)
      }),
    )
    expect(new Set(theirs).size).toBeGreaterThan(8)
    expect(ours).toEqual(theirs)
  })
})
