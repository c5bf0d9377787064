import { expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { numbers, onnxFile, type SmallNode, whole } from './onnx-file.ts'

/** Names of the layers of a sum behind a product, between which and a normalization a Reshape stands. */
async function layersBehind(...behindProduct: readonly SmallNode[]): Promise<readonly string[]> {
  const last = behindProduct.at(-1)?.[2] ?? 'm'
  const nodes: readonly SmallNode[] = [
    ['MatMul', 'x w', 'm'],
    ...behindProduct,
    ['Add', `z ${last}`, 'a'],
    ['Reshape', 'a shape', 'r'],
    ['LayerNormalization', 'r scale', 'y', { axis: -1 }],
  ]
  const constants = {
    w: numbers([4, 4]),
    b: numbers([4]),
    zero: { ...numbers([4]), data: [0, 0, 0, 0] },
    g: numbers([4], 0.5, 2),
    shape: whole(1, 2, 3, 4),
    scale: numbers([4]),
  }
  const used = Object.fromEntries(
    Object.entries(constants).filter(([name]) => nodes.some(([, inputs]) => inputs.split(' ').includes(name))),
  )
  const { nodes: layers } = await importOnnx(
    onnxFile({ inputs: { x: [1, 6, 4], z: [1, 6, 4] }, constants: used, nodes, outputs: 'y', opset: 17 }),
  )
  return layers.flatMap(({ outputs }) => outputs)
}

// As TPU-MLIR 1.30.2 names the layers of these networks.
it('a Reshape behind a sum with a product stays there', async () => {
  expect(await layersBehind()).toEqual(['m_MatMul', 'a_Add', 'r_Reshape', 'y_LayerNormalization'])
  expect(await layersBehind(['Mul', 'm g', 'p'])).toEqual(['p_Mul', 'a_Add', 'r_Reshape', 'y_LayerNormalization'])
  expect(await layersBehind(['Add', 'm b', 'p'])).toEqual(['p_Add', 'a_Add', 'r_Reshape', 'y_LayerNormalization'])
})

it.each(['b', 'zero'])('one behind a sum with a product that is scaled behind its terms goes in front (%s)', async (terms) => {
  const layers = await layersBehind(['Add', `m ${terms}`, 's'], ['Mul', 's g', 'p'])
  expect(layers.toSorted()).toEqual(['p_Mul', 'p_Mul_r_reshape', 'r_Reshape', 'y_LayerNormalization', 'z_r_reshape'])
})
