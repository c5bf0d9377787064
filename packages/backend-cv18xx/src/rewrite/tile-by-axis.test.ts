import { layerOf, parseGraph, valueOf } from '@q/ir'
import { describe, expect, it } from 'vitest'
import { tileByAxis } from './tile-by-axis.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const
const rewritten = (repeats: string) => tileByAxis.run(parseGraph(`x: f32[2,3,5]; y = Tile(x) {repeats = ${repeats}}`), settings)

describe('a repetition', () => {
  it('along several axes is one for each, named by how many are to come', () => {
    const graph = rewritten('[3,2,2]')
    expect(graph.nodes.map((node) => [layerOf(node), ...node.inputs, node.attrs.repeats])).toEqual([
      ['y3', 'x', [1, 1, 2]],
      ['y2', 'y3', [1, 2, 1]],
      ['y', 'y2', [3, 1, 1]],
    ])
    expect(valueOf(graph, 'y2').type.shape).toEqual([2, 6, 10])
    expect(graph.nodes.every(({ origin }) => origin?.join() === 'y')).toBe(true)
  })

  it('along one axis stays', () => {
    expect(rewritten('[1,2,1]').nodes).toHaveLength(1)
  })
})
