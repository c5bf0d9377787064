import { layerOf, parseGraph, valueOf } from '@q/ir'
import { expect, it } from 'vitest'
import { padBeforeConv } from './pad-before-conv.ts'

const settings = { mode: 'INT8', asymmetric: false, highPrecision: false } as const
const rewritten = (pads: string) =>
  padBeforeConv.run(parseGraph(`x: f32[1,2,8,8]; w: f32[3,2,17,17] = 0.5; y = Conv(x, w) {strides = [1,1], pads = ${pads}}`), settings)

it('a border of more than 15 stands in front of a convolution, the whole of it', () => {
  const graph = rewritten('[16, 8, 7, 8]')
  expect(graph.nodes.map((node) => [node.op, layerOf(node), node.inputs[0], node.attrs.pads])).toEqual([
    ['Pad', 'y_pad', 'x', [0, 0, 16, 8, 0, 0, 7, 8]],
    ['Conv', 'y', 'y_pad', [0, 0, 0, 0]],
  ])
  expect(valueOf(graph, 'y_pad').type.shape).toEqual([1, 2, 31, 24])
  expect(valueOf(graph, 'y').type.shape).toEqual([1, 3, 15, 8])
})

it('a narrower one stays', () => expect(rewritten('[15, 8, 7, 8]').nodes).toHaveLength(1))
