import { layerOf, parseGraph, valueOf } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { subFromConstant } from './sub-from-constant.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const
const rewritten = (text: string) =>
  subFromConstant.run(parseGraph(`x: f32[1,2,3]; c: f32[1,2,1] = [1, -2]; n: f32[1] = [3]; ${text}`), settings)

describe('a difference', () => {
  it('of a constant and a tensor is the sum with the tensor negated, named as in TPU-MLIR 1.30.2', () => {
    const graph = rewritten('y = Sub(c, x) {relu = true}')
    expect(graph.nodes.map((node) => [node.op, layerOf(node), ...node.inputs])).toEqual([
      ['Mul', 'y_mulconst', 'x', 'y_factor'],
      ['Add', 'y', 'c', 'y_mulconst'],
    ])
    expect(graph.nodes[1]!.attrs['relu']).toBe(true)
    expect(valueOf(graph, 'y_factor').constant!.data).toEqual(Float32Array.of(-1))
  })

  it.each(['y = Sub(x, c)', 'y = Sub(n, x)', 'z: f32[1,2,3] = [1, 2, 3, 4, 5, 6]; y = Sub(z, x)'])('%s stays', (text) => {
    expect(rewritten(text).nodes.map(({ op }) => op)).toEqual(['Sub'])
  })
})
