import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { describeCanonical, number } from './canonical-case.ts'
import { numbers, onnxFile, type SmallConstant, type SmallNode } from './onnx-file.ts'

const x = [1, 3, 8]
const constants: Readonly<Record<string, SmallConstant>> = {
  w: numbers([8, 5]),
  c: numbers([5]),
  g: numbers([5], 0.5, 2),
  minus: numbers([1, 1, 5], -2, -0.5),
  wide: numbers([1, 3, 5], 0.5, 2),
  square: numbers([5, 5]),
  table: numbers([20, 5]),
  places: { data: [3, 1, 7], dtype: 'i64', shape: [1, 3] },
  two: number(2.5),
  three: number(3),
}
const product: SmallNode = ['MatMul', 'x w', 'm']

/** Title, nodes, layers with their constants, as TPU-MLIR 1.30.2 has them. */
const cases: readonly (readonly [title: string, nodes: readonly SmallNode[], layers: string])[] = [
  ['behind a product', [product, ['Mul', 'm g', 'l'], ['Sin', 'l', 'y']], 'l_Mul(m_MatMul_l_Mul) y_Sin()'],
  [
    'behind a product with a bias',
    [product, ['Add', 'm c', 'a'], ['Mul', 'minus a', 'l'], ['Sin', 'l', 'y']],
    'l_Mul(a_Add_l_Mul a_Add_c_merged) y_Sin()',
  ],
  ['one behind the other', [product, ['Mul', 'm g', 'l'], ['Mul', 'l c', 'k'], ['Sin', 'k', 'y']], 'k_Mul(l_Mul_k_Mul) y_Sin()'],
  [
    'behind a ReLU, where none is negative',
    [product, ['Add', 'm c', 'a'], ['Relu', 'a', 'r'], ['Mul', 'r g', 'y']],
    'y_Mul(r_Relu_y_Mul r_Relu_c_merged)',
  ],
  ['not behind a ReLU where some are', [product, ['Relu', 'm', 'r'], ['Mul', 'r minus', 'y']], 'r_Relu(w) y_Mul(minus)'],
  ['not one for each element', [product, ['Mul', 'm wide', 'l'], ['Sin', 'l', 'y']], 'm_MatMul(w) l_Mul(wide) y_Sin()'],
  [
    'not where the product has another user',
    [product, ['Mul', 'm g', 'l'], ['Sin', 'm', 's'], ['Add', 'l s', 'y']],
    'm_MatMul(w) l_Mul(g) s_Sin() y_Add()',
  ],
]

describe('factors of columns go into the matrix, as in TPU-MLIR 1.30.2', () => {
  it.each(cases)('%s', async (_, nodes, layers) => {
    const graph = await importOnnx(onnxFile({ inputs: { x }, constants, nodes, outputs: 'y', opset: 13 }))
    const isConstant = (name: string | undefined): boolean => name !== undefined && graph.values.get(name)?.constant !== undefined
    expect(graph.nodes.map(({ outputs, inputs }) => `${outputs[0]}(${inputs.filter(isConstant).join(' ')})`).join(' ')).toBe(layers)
  })
})

describeCanonical('factors in constants', [
  {
    title: 'of columns, with a bias and a ReLU in between',
    x,
    constants,
    nodes: [product, ['Add', 'm c', 'a'], ['Relu', 'a', 'r'], ['Mul', 'r g', 'y']],
    ops: 'MatMul',
  },
  {
    title: 'of columns, with a ReLU behind',
    x,
    constants,
    nodes: [product, ['Mul', 'm minus', 'l'], ['Relu', 'l', 'y']],
    ops: 'MatMul',
  },
])
