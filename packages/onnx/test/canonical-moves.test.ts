import { describeCanonical } from './canonical-case.ts'
import { index, numbers, type SmallNode, whole } from './onnx-file.ts'

const w33 = { w: numbers([4, 3, 3, 3]) }
const relu: SmallNode = ['Relu', 'x', 'r']
const half: readonly SmallNode[] = [
  ['Slice', 'x s0 e h two', 'a'],
  ['Slice', 'a s0 e v two', 'p0'],
  ['Slice', 'a s1 e v two', 'p2'],
  ['Slice', 'x s1 e h two', 'c'],
  ['Slice', 'c s0 e v two', 'p1'],
  ['Slice', 'c s1 e v two', 'p3'],
]
const halves = { s0: whole(0), s1: whole(1), e: whole(99), h: whole(2), v: whole(3), two: whole(2) }

describeCanonical('moves', [
  {
    title: 'halves of a plane, in order, before a convolution',
    x: [1, 2, 4, 4],
    nodes: [...half, ['Concat', 'p0 p2 p1 p3', 'd', { axis: 1 }], ['Conv', 'd w', 'y']],
    constants: { ...halves, w: numbers([3, 8, 1, 1]) },
    ops: 'DepthToSpace Conv',
  },
  {
    title: 'halves in another order: the filter turns',
    x: [1, 2, 4, 4],
    nodes: [...half, ['Concat', 'p0 p1 p2 p3', 'd', { axis: 1 }], ['Conv', 'd w', 'y']],
    constants: { ...halves, w: numbers([3, 8, 1, 1]) },
    ops: 'DepthToSpace Conv',
  },
  {
    title: 'channels moved into places by steps',
    x: [1, 8, 3, 3],
    nodes: [relu, ['Reshape', 'r a', 's'], ['Transpose', 's', 't', { perm: [0, 1, 4, 2, 5, 3] }], ['Reshape', 't b', 'y']],
    constants: { a: whole(1, 2, 2, 2, 3, 3), b: whole(1, 2, 6, 6) },
    ops: 'Relu DepthToSpace',
  },
  {
    title: 'and back',
    x: [1, 2, 6, 6],
    nodes: [relu, ['Reshape', 'r a', 's'], ['Transpose', 's', 't', { perm: [0, 1, 3, 5, 2, 4] }], ['Reshape', 't b', 'y']],
    constants: { a: whole(1, 2, 3, 2, 3, 2), b: whole(1, 8, 3, 3) },
    ops: 'Relu DepthToSpace',
  },
  {
    title: 'a convolution cut up behind a Reshape is several',
    x: [1, 3, 2, 3],
    nodes: [
      ['Conv', 'x w b', 'c'],
      ['Reshape', 'c s', 'f'],
      ['Slice', 'f z one ax', 'q'],
      ['Slice', 'f one three ax', 'k'],
      ['Sigmoid', 'q', 'u'],
      ['Mul', 'k u', 'y'],
    ],
    constants: {
      w: numbers([6, 3, 1, 1]),
      b: numbers([6]),
      s: whole(1, 2, 3, 6),
      z: whole(0),
      one: whole(1),
      three: whole(3),
      ax: whole(2),
    },
    ops: 'Conv Reshape Conv Reshape Sigmoid Mul',
  },
  {
    title: 'a Transpose behind which queries, keys and values part',
    x: [1, 4, 18],
    nodes: [
      ['Reshape', 'x s', 'f'],
      ['Transpose', 'f', 't', { perm: [2, 0, 3, 1, 4] }],
      ['Gather', 't zero', 'q', { axis: 0 }],
      ['Gather', 't one', 'k', { axis: 0 }],
      ['Gather', 't two', 'v', { axis: 0 }],
      ['Transpose', 'k', 'kt', { perm: [0, 1, 3, 2] }],
      ['MatMul', 'q kt', 'a'],
      ['MatMul', 'a v', 'y'],
    ],
    constants: { s: whole(1, 4, 3, 2, 3), zero: index(0), one: index(1), two: index(2) },
    ops: 'Reshape Slice Squeeze Slice Squeeze Slice Squeeze Transpose Transpose Transpose MatMul Transpose MatMul',
  },
  {
    title: 'two Transposes around a Softmax',
    x: [1, 2, 3, 4],
    nodes: [
      ['Relu', 'x', 'r'],
      ['Transpose', 'r', 't', { perm: [0, 2, 3, 1] }],
      ['Softmax', 't', 's', { axis: 3 }],
      ['Transpose', 's', 'y', { perm: [0, 3, 1, 2] }],
    ],
    ops: 'Relu Transpose Softmax',
  },
  {
    title: 'moves that leave the order are a Reshape',
    x: [1, 3, 4, 1],
    nodes: [
      relu,
      ['Transpose', 'r', 't', { perm: [0, 3, 1, 2] }],
      ['Reshape', 't s', 'f'],
      ['Transpose', 'f', 'z', { perm: [0, 1, 2] }],
      ['Sigmoid', 'z', 'y'],
    ],
    constants: { s: whole(1, 3, 4) },
    ops: 'Relu Transpose Reshape Sigmoid',
  },
  {
    title: 'moves taken back',
    x: [1, 3, 4],
    nodes: [
      relu,
      ['Unsqueeze', 'r one', 'a'],
      ['Squeeze', 'a one', 'b'],
      ['Reshape', 'b s', 'c'],
      ['Reshape', 'c t', 'd'],
      ['Sigmoid', 'd', 'y'],
    ],
    constants: { one: whole(1), s: whole(12), t: whole(2, 6) },
    ops: 'Relu Reshape Sigmoid',
  },
  {
    title: 'Slices and Concats in a row',
    x: [1, 8, 4],
    nodes: [
      relu,
      ['Slice', 'r one e ax', 'a'],
      ['Slice', 'a one e ax two', 'b'],
      ['Concat', 'b b', 'c', { axis: 1 }],
      ['Concat', 'c r', 'y', { axis: 1 }],
    ],
    constants: { one: whole(1), e: whole(99), ax: whole(1), two: whole(2) },
    ops: 'Relu Slice Concat',
  },
  {
    title: 'what does nothing',
    x: [1, 3, 4, 4],
    nodes: [
      relu,
      ['Transpose', 'r', 'a', { perm: [0, 1, 2, 3] }],
      ['Pad', 'a p', 'b'],
      ['Tile', 'b t', 'c'],
      ['Expand', 'c sh', 'd'],
      ['Concat', 'd', 'e', { axis: 1 }],
      ['Sum', 'e', 'f'],
      ['Identity', 'f', 'g'],
      ['Dropout', 'g', 'h'],
      ['Sigmoid', 'h', 'y'],
    ],
    constants: { p: whole(0, 0, 0, 0, 0, 0, 0, 0), t: whole(1, 1, 1, 1), sh: whole(1, 3, 4, 4) },
    ops: 'Relu Sigmoid',
  },
  {
    title: 'a ReLU behind a Concat goes to its parts',
    x: [1, 3, 6, 6],
    nodes: [
      ['Conv', 'x w', 'a'],
      ['Conv', 'x w2', 'b'],
      ['Concat', 'a b', 'c', { axis: 1 }],
      ['Relu', 'c', 'y'],
    ],
    constants: { ...w33, w2: numbers([2, 3, 3, 3]) },
    ops: 'Conv Conv Concat',
  },
])
