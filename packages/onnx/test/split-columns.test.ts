import { layerOf } from '@q/ir'
import { expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { numbers, onnxFile, type SmallNode, whole } from './onnx-file.ts'

const cut: Readonly<Record<string, readonly SmallNode[]>> = {
  Slice: [
    ['Slice', 'y0 from0 from1 axis', 'a'],
    ['Slice', 'y0 from1 end axis', 'b'],
  ],
  Split: [['Split', 'y0', 'a b', { axis: -1 }]],
}

/** A product, perhaps with a bias, whose columns are cut in two. */
const network = (how: string, isBiased: boolean): Uint8Array =>
  onnxFile({
    inputs: { x: [1, 3, 4] },
    nodes: [
      ['MatMul', 'x w', isBiased ? 'm' : 'y0'],
      ...(isBiased ? [['Add', 'm bias', 'y0'] as const] : []),
      ...cut[how]!,
      ['Tanh', 'a', 'ta'],
      ['Mul', 'ta b', 'y'],
    ],
    constants: { w: numbers([4, 256]), bias: numbers([256]), from0: whole(0), from1: whole(128), end: whole(256), axis: whole(-1) },
    outputs: 'y',
    opset: 13,
  })

// The order is that in which TPU-MLIR 1.30.2 has the users of a result at hand: it names casts by the first.
it.each([
  ['Slice', false, ['b_Slice', 'a_Slice']],
  ['Slice', true, ['a_Slice', 'b_Slice']],
  ['Split', false, ['b_Split', 'a_Split']],
  ['Split', true, ['b_Split', 'a_Split']],
] as const)(
  'a product that %s cuts (with a bias: %s) is one for each part, in the order of the original tool',
  async (how, isBiased, order) => {
    const { nodes } = await importOnnx(network(how, isBiased))
    expect(nodes.filter(({ op }) => op === 'MatMul').map(layerOf)).toEqual(order)
  },
)
