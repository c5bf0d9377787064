import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { type Case, describeCanonical, number } from './canonical-case.ts'
import { index, numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

const clipped = (title: string, min: number, max: number, ops = 'Clip'): Case => ({
  title: `Clip from ${min} to ${max}${title}`,
  x: [1, 1, 2, 6],
  nodes:
    ops === 'Clip'
      ? [['Clip', 'x lo hi', 'y']]
      : [
          ['Conv', 'x w', 'c'],
          ['Clip', 'c lo hi', 'y'],
        ],
  constants: { lo: number(min), hi: number(max), w: { data: [2], shape: [1, 1, 1, 1] } },
  ops,
})

describeCanonical('bounds', [
  clipped('', 0, 0),
  clipped('', 0, -0.5),
  clipped(', the lower one above', 0.5, -0.25),
  clipped(' behind a convolution', 0, -0.5, 'Conv Clip'),
  clipped(' behind a convolution', 0, Number.POSITIVE_INFINITY, 'Conv'),
  {
    title: 'Clip between a number and a computed bound',
    x: [2, 3],
    nodes: [
      ['ReduceMax', 'x', 'm', { keepdims: 0 }],
      ['Clip', 'x lo m', 'y'],
    ],
    constants: { lo: number(0.1) },
    ops: 'ReduceMax Max Min',
  },
])

const square = { w: numbers([6, 2]), rows: { data: [1, 2], shape: [2, 1] } }
describeCanonical('terms of rows and of columns, as many of both', [
  { title: 'Gemm, a term for each row', x: [2, 6], nodes: [['Gemm', 'x w rows', 'y', { beta: 2 }]], constants: square, ops: 'MatMul Add' },
  {
    title: 'MatMul and Add, a term for each row',
    x: [2, 6],
    nodes: [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm rows', 'y'],
    ],
    constants: square,
    ops: 'MatMul Add',
  },
  {
    title: 'Gemm of two computed matrices: its factor is not that of the term',
    x: [2, 6],
    nodes: [['Gemm', 'x x b', 'y', { transB: 1, alpha: 0.5, beta: 2 }]],
    constants: { b: { data: [1, 2] } },
    ops: 'MatMul Affine',
  },
  {
    title: 'a product and a term with an axis more',
    x: [2, 6],
    nodes: [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm b', 'a'],
      ['Transpose', 'a', 'y', { perm: [2, 0, 1] }],
    ],
    constants: { w: numbers([6, 2]), b: { data: [1, 2], shape: [1, 1, 2] } },
    ops: 'MatMul Add Transpose',
  },
])

const sloped = (title: string, x: readonly number[], k: SmallConstant, ops = 'Relu Min Mul Add'): Case => ({
  title: `PRelu with a slope for ${title}`,
  x,
  nodes: [['PRelu', 'x k', 'y']],
  constants: { k },
  ops,
})
describeCanonical('slopes', [
  sloped('each channel', [1, 3, 2, 2], numbers([3, 1, 1]), 'PRelu'),
  sloped('each place of the last axis', [1, 1, 2, 6], numbers([6])),
  sloped('each row', [2, 6], numbers([2, 1])),
  sloped('each element', [1, 3, 2, 2], numbers([3, 2, 2])),
  sloped('each place of the only axis', [6], numbers([6])),
])

const ten = number(10)
const asWhole: readonly SmallNode[] = [
  ['Mul', 'x ten', 't'],
  ['Cast', 't', 'i', { to: 7 }],
]
const divided = (title: string, nodes: readonly SmallNode[], k: SmallConstant, ops: string): Case => ({
  title: `${title} of integers`,
  x: [4, 6],
  nodes: [...asWhole, ...nodes, ['Cast', 'q', 'y', { to: 1 }]],
  constants: { ten, k },
  ops: `Mul Cast ${ops} Cast`,
})
describeCanonical('integers divide toward zero', [
  divided('quotients by a number', [['Div', 'i k', 'q']], index(3), 'Mul Abs Floor Sign Mul'),
  divided(
    'quotients by a negative number',
    [
      ['Abs', 'i', 'a'],
      ['Div', 'a k', 'q'],
    ],
    index(-3),
    'Abs Mul Abs Floor Sign Mul',
  ),
  divided(
    'quotients by a number, none negative,',
    [
      ['Abs', 'i', 'a'],
      ['Div', 'a k', 'q'],
    ],
    index(3),
    'Abs Mul Floor',
  ),
  divided('quotients by numbers', [['Div', 'i k', 'q']], whole(1, 2, 3, -4, 5, -6), 'Div Abs Floor Sign Mul'),
  divided(
    'computed quotients',
    [
      ['Abs', 'i', 'a'],
      ['Add', 'a k', 'b'],
      ['Div', 'i b', 'q'],
    ],
    index(2),
    'Abs Add Div Abs Floor Sign Mul',
  ),
  divided('means', [['ReduceMean', 'i', 'q', { axes: [1] }]], index(1), 'ReduceMean Abs Floor Sign Mul'),
  {
    title: 'remainders with the sign of the dividend',
    x: [4, 6],
    nodes: [['Mod', 'x k', 'y', { fmod: 1 }]],
    constants: { k: { data: [0.3, -0.3, 0.7, -0.2, 2, 0.1] } },
    ops: 'Abs Mod Sign Mul',
  },
])

const twos = (shape: readonly number[]): SmallConstant => ({ data: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(2), shape })
describeCanonical('equal numbers along which the tensor is repeated stay as many', [
  ...['Sub', 'Div', 'Pow', 'Mul', 'Add', 'Max'].map(
    (op): Case => ({
      title: op,
      x: [1, 2],
      nodes: [
        ['Exp', 'x', 'e'],
        [op, 'e k', 'y'],
      ],
      constants: { k: twos([2, 1]) },
      ops: `Exp ${op === 'Div' ? 'Mul' : op}`,
    }),
  ),
  {
    title: 'Where',
    x: [1, 2],
    nodes: [
      ['Greater', 'x z', 'c'],
      ['Where', 'c x k', 'y'],
    ],
    constants: { k: twos([3, 2]), z: number(0) },
    ops: 'Greater Tile Where',
  },
])

describeCanonical('a number with more axes than the tensor adds them', [
  ...[
    ['Mul', 1, ''],
    ['Add', 0, ''],
    ['Sub', 2, ' Add'],
    ['Div', 2, ' Mul'],
    ['Pow', 2, ' Mul'],
  ].map(
    ([op, value, ops]): Case => ({
      title: `${op} ${value}`,
      x: [2, 6],
      nodes: [
        ['Abs', 'x', 'a'],
        [op as string, 'a k', 'm'],
        ['Transpose', 'm', 'y', { perm: [2, 1, 0] }],
      ],
      constants: { k: { data: [value as number], shape: [1, 1, 1] } },
      ops: `Abs Reshape${ops} Transpose`,
    }),
  ),
])

describeCanonical('terms of the rows of a product with a vector are added behind it', [
  ...[
    [4, 3],
    [1, 4, 3],
  ].map(
    (x): Case => ({
      title: `[${x}]`,
      x,
      nodes: [
        ['MatMul', 'x w', 'm'],
        ['Add', 'm b', 'y'],
      ],
      constants: { w: numbers([3]), b: numbers([4], 3) },
      ops: x.length === 3 && x[0]! > 1 ? 'MatMul Affine' : 'MatMul Add',
    }),
  ),
  {
    title: 'those of its columns are its bias',
    x: [3],
    nodes: [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm b', 'y'],
    ],
    constants: { w: numbers([3, 4]), b: numbers([4], 3) },
    ops: 'MatMul',
  },
])

describeCanonical('factors that broadcast along what is normalized', [
  ...[numbers([4], 0.5, 2), numbers([1], 0.5, 2), numbers([3, 1], 0.5, 2)].map(
    (s): Case => ({
      title: `[${s.shape}] of [3, 4]`,
      x: [2, 3, 4],
      nodes: [['LayerNormalization', 'x s', 'y', { axis: 1 }]],
      constants: { s },
      ops: 'LayerNormalization',
    }),
  ),
])

describe('a node is refused by name', () => {
  const refusal = (nodes: readonly SmallNode[], constants: Readonly<Record<string, SmallConstant>>, opset = 17) =>
    importOnnx(onnxFile({ inputs: { x: [2, 3, 4] }, nodes, constants, outputs: 'y', opset }))
  const yes: SmallConstant = { data: [1], shape: [], dtype: 'bool' }
  it.each([
    ['factors of axes that are not normalized', [['LayerNormalization', 'x s', 'y', { axis: 2 }]], { s: numbers([3, 4]) }, 17, /factors/],
    ['dropping out at random', [['Dropout', 'x r t', 'y']], { r: number(0.5), t: yes }, 17, /trains/],
    ['an operand at another axis, before opset 7', [['Add', 'x k', 'y', { axis: 1, broadcast: 1 }]], { k: numbers([3]) }, 6, /this axis/],
    ['factors of another axis of RMSNormalization', [['RMSNormalization', 'x s', 'y', { axis: 2 }]], { s: numbers([3, 4]) }, 23, /factors/],
    [
      'the mask of Dropout',
      [
        ['Dropout', 'x', 'd m'],
        ['Where', 'm d x', 'y'],
      ],
      {},
      17,
      /of the results/,
    ],
    ['slopes along which the tensor would be repeated', [['PRelu', 'x k', 'y']], { k: numbers([2, 2, 3, 4]) }, 17, /slopes/],
  ] as const)('%s', async (_, nodes, constants, opset, message) => {
    await expect(refusal(nodes, constants, opset)).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      message: expect.stringMatching(message),
    })
  })

  it('but not where it changes nothing', async () => {
    const graphs = await Promise.all([
      refusal(
        [
          ['Dropout', 'x r t', 'd'],
          ['Relu', 'd', 'y'],
        ],
        { r: number(0), t: yes },
      ),
      refusal([['Add', 'x k', 'y', { axis: 1, broadcast: 1 }]], { k: numbers([3, 4]) }, 6),
      refusal([['RMSNormalization', 'x s', 'y', { axis: 2 }]], { s: numbers([4]) }, 23),
      importOnnx(
        onnxFile({
          inputs: { x: [1, 1, 2, 2] },
          nodes: [['Upsample', 'x', 'y', { height_scale: 2, width_scale: 3 }]],
          outputs: 'y',
          opset: 6,
        }),
      ),
    ])
    expect(graphs.map(({ nodes }) => nodes.map(({ op }) => op).join())).toEqual(['Relu', 'Add', 'RMSNormalization', 'Resize'])
    expect(graphs[3]!.nodes[0]!.attrs).toMatchObject({ scale_h: 2, scale_w: 3 })
  })
})
