import { describeCanonical, number } from './canonical-case.ts'
import { numbers, type SmallNode, whole } from './onnx-file.ts'

const channels = (count: number) => ({
  g: numbers([count], 0.5, 1.5),
  b: numbers([count]),
  m: numbers([count]),
  v: numbers([count], 0.5, 2),
})
const w33 = { w: numbers([4, 3, 3, 3]) }
const relu: SmallNode = ['Relu', 'x', 'r']

describeCanonical('constants move into weights', [
  {
    title: 'a batch normalization goes into the convolution before it',
    x: [1, 3, 6, 6],
    nodes: [
      ['Conv', 'x w', 'c', { pads: [1, 1, 1, 1] }],
      ['BatchNormalization', 'c g b m v', 'y'],
    ],
    constants: { ...w33, ...channels(4) },
    ops: 'Conv',
  },
  {
    title: '… behind a transposed one it stays, in groups too',
    x: [1, 4, 5, 5],
    nodes: [
      ['ConvTranspose', 'x w bias', 'c', { group: 2, strides: [2, 2] }],
      ['BatchNormalization', 'c g b m v', 'y'],
    ],
    constants: { w: numbers([4, 3, 2, 2]), bias: numbers([6]), ...channels(6) },
    ops: 'ConvTranspose Affine',
  },
  {
    title: 'alone it is a factor and a term for each channel; a number before it joins',
    x: [1, 4, 5, 5],
    nodes: [
      ['Mul', 'x two', 'd'],
      ['Add', 'd one', 'e'],
      ['BatchNormalization', 'e g b m v', 'n'],
      ['Relu', 'n', 'y'],
    ],
    constants: { two: number(2), one: number(0.5), ...channels(4) },
    ops: 'Affine',
  },
  {
    title: 'two in a row are one',
    x: [1, 4, 5, 5],
    nodes: [
      ['BatchNormalization', 'x g b m v', 'n'],
      ['BatchNormalization', 'n g b m v', 'y'],
    ],
    constants: channels(4),
    ops: 'Affine',
  },
  {
    title: 'behind a product it goes into its constants',
    x: [5, 6],
    nodes: [
      ['MatMul', 'x w', 'p'],
      ['BatchNormalization', 'p g b m v', 'y'],
    ],
    constants: { w: numbers([6, 4]), ...channels(4) },
    ops: 'MatMul',
  },
  {
    title: 'a number behind a convolution goes into its weights',
    x: [1, 3, 6, 6],
    nodes: [
      ['Conv', 'x w bias', 'c'],
      ['Mul', 'c k', 'y'],
    ],
    constants: { ...w33, bias: numbers([4]), k: number(3) },
    ops: 'Conv',
  },
  {
    title: '… through a Reshape too',
    x: [1, 3, 6, 6],
    nodes: [
      ['Conv', 'x w', 'c'],
      ['Reshape', 'c s', 'f'],
      ['Mul', 'f k', 'z'],
      ['Sigmoid', 'z', 'y'],
    ],
    constants: { ...w33, s: whole(1, -1), k: number(3) },
    ops: 'Conv Reshape Sigmoid',
  },
  {
    title: 'factors in a row are one, those of 1 and terms of 0 go',
    x: [2, 3],
    nodes: [relu, ['Mul', 'r k', 'a'], ['Mul', 'a k', 'b'], ['Mul', 'b one', 'c'], ['Add', 'c zero', 'y']],
    constants: { k: number(3), one: number(1), zero: number(0) },
    ops: 'Relu Mul',
  },
  {
    title: 'convolutions of one place in a row are one',
    x: [1, 3, 4, 4],
    nodes: [
      ['Conv', 'x w b', 'c'],
      ['Conv', 'c w2 b2', 'y'],
    ],
    constants: { w: numbers([9, 3, 1, 1]), b: numbers([9]), w2: numbers([2, 9, 1, 1]), b2: numbers([2]) },
    ops: 'Conv',
  },
  {
    title: 'a border of zeros joins the pads',
    x: [1, 3, 6, 6],
    nodes: [
      ['Pad', 'x p', 'b'],
      ['Conv', 'b w', 'y'],
    ],
    constants: { ...w33, p: whole(0, 0, 1, 0, 0, 0, 2, 1) },
    ops: 'Conv',
  },
  {
    title: 'a border of zeros that convolutions alone read joins the pads of each',
    x: [1, 3, 6, 6],
    nodes: [
      ['Pad', 'x p', 'b'],
      ['Conv', 'b w', 'c'],
      ['Conv', 'b w', 'd', { pads: [1, 1, 1, 1] }],
      ['GlobalMaxPool', 'c', 'e'],
      ['GlobalMaxPool', 'd', 'f'],
      ['Add', 'e f', 'y'],
    ],
    constants: { ...w33, p: whole(0, 0, 1, 0, 0, 0, 2, 1) },
    ops: 'Conv Conv MaxPool MaxPool Add',
  },
  {
    title: 'a border of zeros that another layer reads as well stays',
    x: [1, 3, 6, 6],
    nodes: [
      ['Pad', 'x p', 'b'],
      ['Conv', 'b w', 'c'],
      ['Relu', 'b', 'r'],
      ['ReduceMean', 'r', 'm'],
      ['Add', 'c m', 'y'],
    ],
    constants: { ...w33, p: whole(0, 0, 1, 0, 0, 0, 2, 1) },
    ops: 'Pad Conv Relu ReduceMean Add',
  },
  {
    title: 'a constant for each channel is the bias',
    x: [1, 3, 6, 6],
    nodes: [
      ['Conv', 'x w', 'c'],
      ['Add', 'k c', 'y'],
    ],
    constants: { ...w33, k: numbers([1, 4, 1, 1]) },
    ops: 'Conv',
  },
  {
    title: 'product and sum are one, of two axes',
    x: [5, 6],
    nodes: [
      ['MatMul', 'x w', 'p'],
      ['Add', 'p k', 'y'],
    ],
    constants: { w: numbers([6, 4]), k: numbers([4]) },
    ops: 'MatMul',
  },
  {
    title: '… and of three',
    x: [2, 5, 6],
    nodes: [
      ['MatMul', 'x w', 'p'],
      ['Add', 'p k', 'y'],
    ],
    constants: { w: numbers([6, 4]), k: numbers([4]) },
    ops: 'MatMul',
  },
  {
    title: 'Gemm with factors',
    x: [5, 6],
    nodes: [['Gemm', 'x w k', 'y', { transB: 1, alpha: 0.5, beta: 2 }]],
    constants: { w: numbers([4, 6]), k: numbers([4]) },
    ops: 'MatMul',
  },
  {
    title: 'Gemm of two activations, factors behind it',
    x: [6, 6],
    nodes: [relu, ['Gemm', 'x r r', 'y', { transA: 1, alpha: 0.5, beta: 2 }]],
    ops: 'Relu MatMul Mul Mul Add',
  },
])
