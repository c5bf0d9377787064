import { describeCanonical } from './canonical-case.ts'
import { type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

/** Divisors whose reciprocals in float32 make some multiples of them less than whole. */
const divisors: SmallConstant = { data: [41, 47, 49, 55, 61, 82] }
const constants = { hundred: { data: [100] }, d: divisors, third: { data: [1 / 3, 1, 1 / 3, 1, 1, 1] }, half: { data: [0.5] } }

/** `w`, whole numbers, and `a`, the same multiplied and divided by others. */
const multiples: readonly SmallNode[] = [
  ['Mul', 'x hundred', 't'],
  ['Round', 't', 'w'],
  ['Mul', 'w d', 'p'],
  ['Div', 'p d', 'a'],
]

const behind = (title: string, nodes: readonly SmallNode[], ops: string, more: Readonly<Record<string, SmallConstant>> = {}) => ({
  title,
  x: [4, 6],
  nodes: [...multiples, ...nodes],
  constants: { ...constants, ...more },
  ops: `Mul Round Mul ${ops}`.trim(),
})

describeCanonical('quotients by constants', [
  ...['Floor', 'Ceil', 'Sign'].map((op) => behind(op, [[op, 'a', 'y']], `Div ${op}`)),
  behind(
    'Cast to integers',
    [
      ['Cast', 'a', 'i', { to: 6 }],
      ['Cast', 'i', 'y', { to: 1 }],
    ],
    'Div Cast Cast',
  ),
  behind('Mod', [['Mod', 'a hundred', 'y', { fmod: 1 }]], 'Div Abs Mod Sign Mul'),
  ...['Equal', 'Less', 'GreaterOrEqual'].map((op) =>
    behind(
      op,
      [
        [op, 'a w', 'b'],
        ['Cast', 'b', 'y', { to: 1 }],
      ],
      `Div ${op}`,
    ),
  ),
  behind(
    'moved before they are rounded',
    [
      ['Reshape', 'a flat', 'r'],
      ['Transpose', 'r', 's'],
      ['Unsqueeze', 's front', 'u'],
      ['Floor', 'u', 'y'],
    ],
    'Div Reshape Transpose Unsqueeze Floor',
    { flat: whole(6, 4), front: whole(0) },
  ),
  behind(
    'rounded half up',
    [
      ['Mul', 'a half', 'h'],
      ['Add', 'h half', 's'],
      ['Floor', 's', 'y'],
    ],
    'Div Mul Add Floor',
  ),
  {
    ...behind('of integers', [], ''),
    nodes: [
      ['Mul', 'x hundred', 't'],
      ['Cast', 't', 'w', { to: 7 }],
      ['Mul', 'w i', 'p'],
      ['Div', 'p i', 'q'],
      ['Cast', 'q', 'y', { to: 1 }],
    ],
    constants: { ...constants, i: whole(41, 47, 49, 55, 61, 82) },
    ops: 'Mul Cast Mul Div Abs Floor Sign Mul Cast',
  },
  {
    ...behind('of each channel to codes', [], ''),
    x: [1, 6, 2, 2],
    nodes: [
      ['Mul', 'x hundred', 't'],
      ['QuantizeLinear', 't d zero', 'c', { axis: 1 }],
      ['DequantizeLinear', 'c d zero', 'y', { axis: 1 }],
    ],
    constants: { hundred: { data: [10_000] }, d: divisors, zero: { data: [0, 0, 0, 0, 0, 0], dtype: 'i8' } },
    ops: 'Mul Div Round Clip Cast Cast Affine',
  },
  behind('that nothing rounds are products', [['Sin', 'a', 'y']], 'Sin'),
])

describeCanonical('constants in a row stay apart where the product is rounded', [
  {
    title: 'many',
    x: [4, 6],
    nodes: [
      ['Mul', 'x d', 'a'],
      ['Mul', 'a third', 'b'],
      ['Floor', 'b', 'y'],
    ],
    constants,
    ops: 'Mul Mul Floor',
  },
  {
    title: 'one each',
    x: [4, 6],
    nodes: [
      ['Mul', 'x hundred', 'a'],
      ['Mul', 'a half', 'b'],
      ['Round', 'b', 'y'],
    ],
    constants,
    ops: 'Mul Mul Round',
  },
  {
    title: 'but not a weight of parts',
    x: [4, 6],
    nodes: [
      ['MatMul', 'x w', 'a'],
      ['Mul', 'a hundred', 'b'],
      ['ArgMax', 'b', 'c', { axis: 1 }],
      ['Cast', 'c', 'y', { to: 1 }],
    ],
    constants: { ...constants, w: { shape: [6, 2], data: [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 0.5, 0.6, 0.4] } },
    ops: 'MatMul ArgMax Cast',
  },
])
