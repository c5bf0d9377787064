import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { number } from './canonical-case.ts'
import { onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

const constants: Readonly<Record<string, SmallConstant>> = {
  low: number(-5),
  limit: number(0.1),
  first: whole(1),
  square: whole(1, 1, 6, 6),
}
const start: readonly SmallNode[] = [
  ['ReduceMax', 'x', 'm', { axes: [1], keepdims: 1 }],
  ['Greater', 'm limit', 'c'],
]
const wide: SmallNode = ['Concat', 'x x', 'd', { axis: 1 }]

/** Title, nodes, outputs, and the layers that TPU-MLIR 1.30.2 has, in its order. */
const cases: readonly (readonly [title: string, nodes: readonly SmallNode[], outputs: string, layers: string])[] = [
  [
    'behind what makes it',
    [...start, ['Sin', 'x', 's'], ['Where', 'c low s', 'y']],
    'y',
    'm_ReduceMax c_Greater y_Where_Tile s_Sin y_Where',
  ],
  [
    'once for several Wheres, named by the last',
    [...start, ['Sin', 'x', 's'], ['Where', 'c low s', 't'], ['Sin', 't', 'u'], ['Where', 'c low u', 'y']],
    'y',
    'm_ReduceMax c_Greater y_Where_Tile s_Sin t_Where u_Sin y_Where',
  ],
  [
    'again where another repetition came between',
    [...start, wide, ['Where', 'c low x', 't'], ['Where', 'c low d', 'u'], ['Where', 'c low t', 'y']],
    'u y',
    'm_ReduceMax c_Greater y_Where_Tile u_Where_Tile t_Where_Tile d_Concat t_Where u_Where y_Where',
  ],
  [
    'named by the first where each had a maker of its own',
    [
      ['ReduceMax', 'x', 'm', { axes: [1], keepdims: 0 }],
      ['Greater', 'm limit', 'g'],
      ['Flatten', 'g', 'f', { axis: 1 }],
      ['Unsqueeze', 'f first', 'a'],
      ['Reshape', 'a square', 'c'],
      ['Where', 'c low x', 't'],
      ['Unsqueeze', 'f first', 'b'],
      ['Reshape', 'b square', 'e'],
      ['Where', 'e low t', 'y'],
    ],
    'y',
    'm_ReduceMax g_Greater f_Flatten a_Unsqueeze c_Reshape t_Where_Tile t_Where y_Where',
  ],
]

describe('the condition of a Where is repeated as in TPU-MLIR 1.30.2', () => {
  it.each(cases)('%s', async (_, nodes, outputs, layers) => {
    const graph = await importOnnx(onnxFile({ inputs: { x: [1, 4, 6, 6] }, constants, nodes, outputs, opset: 13 }))
    expect(graph.nodes.map((node) => node.outputs[0]).join(' ')).toBe(layers)
  })
})
