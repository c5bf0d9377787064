import { type Case, describeCanonical } from './canonical-case.ts'
import { numbers, type SmallNode, whole } from './onnx-file.ts'

const relu: SmallNode = ['Relu', 'x', 'r']
const split: readonly SmallNode[] = [
  ['Reshape', 'r a', 's'],
  ['Transpose', 's', 't', { perm: [0, 1, 3, 4, 2, 5] }],
]
const six = whole(1, 4, 2, 3, 2, 4)

/** Two results that are added, and what is made of the sum behind a Reshape. */
const sum = (first: readonly SmallNode[], second: readonly SmallNode[], behind: readonly SmallNode[]) => [
  ...first,
  ...second,
  ['Add', 'm n', 's'] as const,
  ['Reshape', 's to', 'f'] as const,
  ...behind,
]
const sigmoid: readonly SmallNode[] = [['Sigmoid', 'x', 'm']]
const tanh: readonly SmallNode[] = [['Tanh', 'x', 'n']]
const norm: SmallNode = ['LayerNormalization', 'f g o', 'y', { axis: -1 }]
const product: SmallNode = ['MatMul', 'f w', 'y']
const constants = { g: numbers([8]), o: numbers([8]), w: numbers([8, 8]), to: whole(1, 24, 8), back: whole(1, 4, 6, 8) }
const x = [1, 4, 6, 8]
const added = (title: string, nodes: readonly SmallNode[], ops: string): Case => ({ title, x, nodes, constants, opset: 17, ops })

describeCanonical('patches, and Reshapes behind sums', [
  {
    title: 'patches of a plane become channels',
    x: [1, 8, 6, 4],
    nodes: [relu, ...split, ['Reshape', 't b', 'y']],
    constants: { a: six, b: whole(1, 4, 3, 16) },
    ops: 'Relu DepthToSpace',
  },
  {
    title: 'patches of another size',
    x: [1, 8, 6, 4],
    nodes: [relu, ...split, ['Reshape', 't b', 'y']],
    constants: { a: whole(1, 2, 4, 2, 3, 4), b: whole(1, 2, 2, 48) },
    ops: 'Relu DepthToSpace',
  },
  {
    title: 'patches of what is made a plane first',
    x: [1, 48, 4],
    nodes: [relu, ...split, ['Reshape', 't b', 'y']],
    constants: { a: six, b: whole(1, 4, 3, 16) },
    ops: 'Relu Reshape DepthToSpace',
  },
  {
    title: 'patches that do not end as a plane',
    x: [1, 8, 6, 4],
    nodes: [relu, ...split, ['Reshape', 't b', 'y']],
    constants: { a: six, b: whole(1, 12, 16) },
    ops: 'Relu Reshape Transpose Reshape',
  },
  added('a Reshape between a sum and a normalization', sum(sigmoid, tanh, [norm]), 'Sigmoid Tanh Reshape Reshape Add LayerNormalization'),
  added('a Reshape between a sum and a product', sum(sigmoid, tanh, [product]), 'Sigmoid Tanh Reshape Reshape Add MatMul'),
  added(
    'a product that only the sum uses stays beside it',
    sum([['MatMul', 'x w', 'm']], tanh, [norm]),
    'MatMul Tanh Add Reshape LayerNormalization',
  ),
  added(
    'a product that something else uses does not',
    sum([['MatMul', 'x w', 'm']], [['Tanh', 'm', 'n']], [norm]),
    'MatMul Tanh Reshape Reshape Add LayerNormalization',
  ),
  added('a Reshape that something else follows', sum(sigmoid, tanh, [['Relu', 'f', 'y']]), 'Sigmoid Tanh Add Reshape Relu'),
])
