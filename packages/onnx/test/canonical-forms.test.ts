import { describeCanonical, number } from './canonical-case.ts'
import { index, numbers, type SmallNode, whole } from './onnx-file.ts'

const relu: SmallNode = ['Relu', 'x', 'r']

describeCanonical('operators that canonical graphs spell otherwise', [
  {
    title: 'pools of all kinds',
    x: [1, 3, 9, 9],
    nodes: [
      ['MaxPool', 'x', 'a', { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
      ['AveragePool', 'a', 'b', { kernel_shape: [2, 2], count_include_pad: 1, pads: [1, 0, 0, 1] }],
      ['GlobalAveragePool', 'b', 'c'],
      ['GlobalMaxPool', 'b', 'd'],
      ['Concat', 'c d', 'y', { axis: 1 }],
    ],
    ops: 'MaxPool AveragePool AveragePool MaxPool Concat',
  },
  {
    title: 'one axis: a second of size 1',
    x: [1, 3, 9],
    nodes: [
      ['Conv', 'x w', 'c', { pads: [1, 1] }],
      ['MaxPool', 'c', 'm', { kernel_shape: [2], strides: [2] }],
      ['ConvTranspose', 'm v', 'y', { strides: [2], output_padding: [1] }],
    ],
    constants: { w: numbers([4, 3, 3]), v: numbers([4, 2, 3]) },
    ops: 'Conv MaxPool ConvTranspose',
  },
  {
    title: 'a transposed convolution to a wanted size',
    x: [1, 3, 4, 4],
    nodes: [['ConvTranspose', 'x w', 'y', { strides: [2, 2], output_shape: [8, 8] }]],
    constants: { w: numbers([3, 2, 3, 3]) },
    ops: 'ConvTranspose',
  },
  {
    title: 'composed reductions',
    x: [2, 3, 4],
    nodes: [
      ['ReduceSumSquare', 'x', 'a', { axes: [1] }],
      ['ReduceLogSum', 'a', 'b', { axes: [2] }],
      ['ReduceLogSumExp', 'x', 'c', { axes: [1] }],
      ['Add', 'b c', 'y'],
    ],
    opset: 12,
    ops: 'Mul ReduceSum ReduceSum Log Exp ReduceSum Log Add',
  },
  {
    title: 'chains, means and signs',
    x: [2, 3],
    nodes: [
      relu,
      ['Max', 'x r x', 'a'],
      ['Mean', 'a r', 'b'],
      ['Neg', 'b', 'c'],
      ['Sub', 'x c', 'd'],
      ['Exp', 'd', 'e'],
      ['Reciprocal', 'e', 'y'],
    ],
    ops: 'Relu Max Max Add Mul Sub Exp Div',
  },
  {
    title: 'casts, logic and a choice',
    x: [2, 3],
    nodes: [
      ['Cast', 'x', 'i', { to: 6 }],
      ['Cast', 'i', 'f', { to: 1 }],
      ['Greater', 'x f', 'g'],
      ['Not', 'g', 'n'],
      ['And', 'g n', 'o'],
      ['Or', 'o g', 'c'],
      ['Where', 'c x f', 'y'],
    ],
    ops: 'Cast Cast Greater Not And Add Greater Where',
  },
  {
    title: 'resizing',
    x: [1, 2, 4, 4],
    nodes: [
      ['Resize', 'x - s', 'a', { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
      ['Resize', 'a - - z', 'y', { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }],
    ],
    constants: { s: { data: [1, 1, 2, 2] }, z: whole(1, 2, 11, 7) },
    ops: 'Upsample Resize',
  },
  {
    title: 'picking the one place that there is',
    x: [2, 1, 3],
    nodes: [
      ['Relu', 'x', 'r'],
      ['Gather', 'r zero', 'a', { axis: 1 }],
      ['Gather', 'a wide', 'b', { axis: 1 }],
      ['Gather', 'b last', 'c', { axis: 2 }],
      ['Transpose', 'c', 'd', { perm: [1, 2, 3, 0] }],
      ['Sigmoid', 'd', 'y'],
    ],
    constants: { zero: whole(0), wide: { ...whole(0), shape: [1, 1] }, last: whole(-1) },
    ops: 'Relu Reshape Transpose Sigmoid',
  },
  {
    title: 'picking and placing',
    x: [3, 4],
    nodes: [
      ['Gather', 'x i', 'a', { axis: 0 }],
      ['GatherElements', 'x ie', 'b', { axis: 1 }],
      ['TopK', 'x k', 't j', { axis: 1 }],
      ['ScatterElements', 'x ie b', 'e', { axis: 1 }],
      ['CumSum', 'e one', 'f'],
      ['Concat', 'a b t e f', 'y', { axis: 1 }],
    ],
    constants: { i: whole(2, -1, 0), ie: { ...whole(0, 3, 2, 1, 1, -1), shape: [3, 2] }, k: whole(2), one: index(1) },
    ops: 'Gather GatherElements TopK ScatterElements CumSum Concat',
  },
  {
    title: 'Split, and Slices of it',
    x: [1, 6, 2],
    nodes: [
      ['Split', 'x s', 'a b', { axis: 1 }],
      ['Mul', 'a k', 'c'],
      ['Concat', 'c b', 'y', { axis: 1 }],
    ],
    constants: { s: whole(2, 4), k: numbers([2, 1]) },
    ops: 'Slice Slice Mul Concat',
  },
  {
    title: 'Softmax of old, over all from an axis on',
    x: [2, 3, 4],
    nodes: [
      ['Softmax', 'x', 'a', { axis: 1 }],
      ['LogSoftmax', 'a', 'y', { axis: 2 }],
    ],
    opset: 11,
    ops: 'Reshape Softmax Reshape Softmax',
  },
  {
    title: 'Clip, PRelu, LeakyRelu, powers',
    x: [1, 3, 2, 2],
    nodes: [
      ['Clip', 'x lo hi', 'a'],
      ['PRelu', 'a s', 'b'],
      ['PRelu', 'b one', 'c'],
      ['LeakyRelu', 'c', 'd'],
      ['Pow', 'd two', 'y'],
    ],
    constants: { lo: number(-0.8), hi: number(0.9), s: numbers([3, 1, 1]), one: numbers([1]), two: number(2) },
    ops: 'Clip PRelu LeakyRelu LeakyRelu Mul',
  },
])
