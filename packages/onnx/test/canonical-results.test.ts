import { elementCount, valueOf } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { index, numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

interface Case {
  readonly title: string
  /** Shape of the network's input. */
  readonly x: readonly number[]
  readonly nodes: readonly SmallNode[]
  readonly constants?: Readonly<Record<string, SmallConstant>>
  readonly opset?: number
  /** The operators of the canonical graph. */
  readonly ops: string
}

const number = (value: number): SmallConstant => ({ data: [value], shape: [] })
const channels = (count: number) => ({
  g: numbers([count], 0.5, 1.5),
  b: numbers([count]),
  m: numbers([count]),
  v: numbers([count], 0.5, 2),
})
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

const cases: readonly Case[] = [
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
    title: '… into a transposed one in groups',
    x: [1, 4, 5, 5],
    nodes: [
      ['ConvTranspose', 'x w bias', 'c', { group: 2, strides: [2, 2] }],
      ['BatchNormalization', 'c g b m v', 'y'],
    ],
    constants: { w: numbers([4, 3, 2, 2]), bias: numbers([6]), ...channels(6) },
    ops: 'ConvTranspose',
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
  {
    title: 'GELU by erf',
    x: [2, 6],
    nodes: [
      ['Div', 'x root', 'd'],
      ['Erf', 'd', 'e'],
      ['Add', 'e one', 's'],
      ['Mul', 'x s', 'p'],
      ['Mul', 'p half', 'y'],
    ],
    constants: { root: number(Math.SQRT2), one: number(1), half: number(0.5) },
    ops: 'Gelu',
  },
  {
    title: 'HardSwish by steps',
    x: [2, 6],
    nodes: [
      ['Add', 'x three', 'a'],
      ['Clip', 'a zero six', 'c'],
      ['Mul', 'x c', 'p'],
      ['Div', 'p six', 'y'],
    ],
    constants: { three: number(3), zero: number(0), six: number(6) },
    ops: 'HardSwish',
  },
  {
    title: 'HardSigmoid by steps',
    x: [2, 6],
    nodes: [
      ['Add', 'x three', 'a'],
      ['Clip', 'a zero six', 'c'],
      ['Div', 'c six', 'y'],
    ],
    constants: { three: number(3), zero: number(0), six: number(6) },
    ops: 'HardSigmoid',
  },
  {
    title: 'SiLU and Softsign',
    x: [2, 6],
    nodes: [
      ['Sigmoid', 'x', 's'],
      ['Mul', 'x s', 'u'],
      ['Abs', 'u', 'a'],
      ['Add', 'a one', 'd'],
      ['Div', 'u d', 'y'],
    ],
    constants: { one: number(1) },
    ops: 'Silu Softsign',
  },
  {
    title: 'a layer normalization by steps',
    x: [2, 3, 8],
    nodes: [
      ['ReduceMean', 'x', 'm', { axes: [-1] }],
      ['Sub', 'x m', 'd'],
      ['Pow', 'd two', 'q'],
      ['ReduceMean', 'q', 'v', { axes: [-1] }],
      ['Add', 'v eps', 'e'],
      ['Sqrt', 'e', 'r'],
      ['Div', 'd r', 'n'],
      ['Mul', 'n g', 's'],
      ['Add', 's b', 'y'],
    ],
    constants: { two: number(2), eps: number(1e-5), g: numbers([8]), b: numbers([8]) },
    ops: 'LayerNormalization',
  },
  {
    title: 'one over the channels',
    x: [1, 4, 3, 3],
    nodes: [
      ['ReduceMean', 'x', 'm', { axes: [1] }],
      ['Sub', 'x m', 'd'],
      ['Pow', 'd two', 'q'],
      ['ReduceMean', 'q', 'v', { axes: [1] }],
      ['Add', 'v eps', 'e'],
      ['Sqrt', 'e', 'r'],
      ['Div', 'd r', 'n'],
      ['Mul', 'n g', 's'],
      ['Add', 's b', 'y'],
    ],
    constants: { two: number(2), eps: number(1e-5), g: numbers([4, 1, 1]), b: numbers([4, 1, 1]) },
    ops: 'PixelNormalization',
  },
  {
    title: 'a root mean square by steps',
    x: [2, 3, 8],
    nodes: [
      ['Mul', 'x x', 'q'],
      ['ReduceMean', 'q', 'v', { axes: [2] }],
      ['Add', 'v eps', 'e'],
      ['Sqrt', 'e', 'r'],
      ['Div', 'one r', 'i'],
      ['Mul', 'x i', 'n'],
      ['Mul', 'n g', 'y'],
    ],
    constants: { one: number(1), eps: number(1e-5), g: numbers([8]) },
    ops: 'RMSNormalization',
  },
  {
    title: 'a group normalization by steps',
    x: [1, 4, 3, 3],
    nodes: [
      ['Reshape', 'x to', 'a'],
      ['InstanceNormalization', 'a one zero', 'n'],
      ['Reshape', 'n back', 'u'],
      ['Mul', 'u g', 's'],
      ['Add', 's b', 'y'],
    ],
    constants: {
      to: whole(1, 2, -1),
      back: whole(1, 4, 3, 3),
      one: { data: [1, 1] },
      zero: { data: [0, 0] },
      g: numbers([4, 1, 1]),
      b: numbers([4, 1, 1]),
    },
    ops: 'GroupNormalization Affine',
  },
  {
    title: 'instance normalization',
    x: [1, 4, 3, 3],
    nodes: [['InstanceNormalization', 'x g b', 'y', { epsilon: 0.01 }]],
    constants: { g: numbers([4]), b: numbers([4]) },
    ops: 'InstanceNormalization',
  },
  {
    title: 'layer normalization',
    x: [1, 4, 6],
    nodes: [['LayerNormalization', 'x g b', 'y', { axis: 1 }]],
    constants: { g: numbers([4, 6]), b: numbers([4, 6]) },
    ops: 'LayerNormalization',
  },
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
    ops: 'Cast Cast Greater Not And Or Where',
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
]

describe('a canonical graph computes what the file does, and has the layers it should', () => {
  it.each(cases)('$title', async ({ x, nodes, constants = {}, opset, ops }) => {
    const file = onnxFile({ inputs: { x }, constants, nodes, outputs: 'y', ...(opset === undefined ? {} : { opset }) })
    const graph = await importOnnx(file)
    expect(graph.nodes.map(({ op }) => op).join(' ')).toBe(ops)
    const feeds = { x: new ort.Tensor('float32', Float32Array.from(numbers(x).data), [...x]) }
    const options = { logSeverityLevel: 4 } as const
    const wanted = (await (await ort.InferenceSession.create(file, options)).run(feeds))['y']!
    const found = Object.values(await (await ort.InferenceSession.create(exportOnnx(graph), options)).run(feeds))[0]!
    expect(elementCount(valueOf(graph, graph.outputs[0]!).type.shape)).toBe(wanted.data.length)
    const [ours, theirs] = [found, wanted].map(({ data }) => Array.from(data as Float32Array, Number)) as [number[], number[]]
    ours.forEach((each, i) => {
      expect(Math.abs(each - theirs[i]!), `${i}: ${each}, wanted ${theirs[i]}`).toBeLessThanOrEqual(
        2e-5 * Math.max(1, Math.abs(theirs[i]!)),
      )
    })
  })
})
