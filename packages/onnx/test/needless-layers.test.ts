import { describe, expect, it } from 'vitest'
import { importOnnx } from '../src/index.ts'
import { describeCanonical, number } from './canonical-case.ts'
import { numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

const x = [1, 3, 6, 6]
const conv: SmallNode = ['Conv', 'x w', 'd']
const pool = { kernel_shape: [2, 2] }
const pad: SmallNode = ['Pad', 'd p', 'b']
const constants: Readonly<Record<string, SmallConstant>> = {
  w: numbers([3, 3, 1, 1]),
  v: numbers([2, 3, 3, 3]),
  p: whole(0, 0, 1, 2, 0, 0, 0, 1),
  q: whole(0, 0, 16, 0, 0, 0, 0, 0),
  one: number(1),
  zero: number(0),
  minusZero: number(-0),
  zeros: { data: [0, -0, 0], shape: [3, 1, 1] },
  none: whole(0),
  all: whole(6),
  two: whole(2),
  back: whole(-2),
  place: { ...whole(0), shape: [1, 1] },
  flat: whole(1, 3, 36),
  ones: whole(1, 1, 1, 1),
  same: whole(1, 3, 6, 6),
}
const unit: readonly SmallNode[] = [conv, ['Unsqueeze', 'd none', 'u'], ['Gather', 'u place', 'g', { axis: 1 }]]
const turned: SmallNode = ['Transpose', 'g', 't', { perm: [0, 1, 2, 3, 5, 4] }]

const nothing: SmallNode = ['Slice', 'd none none two', 'n']

/** Title, nodes, outputs, and the layers that TPU-MLIR 1.30.2 has. */
const cases: readonly (readonly [title: string, nodes: readonly SmallNode[], outputs: string, layers: string])[] = [
  [
    'a Concat with a tensor without elements is none, and neither is what makes that',
    [conv, nothing, ['Concat', 'n d', 'c', { axis: 2 }], ['Conv', 'c v', 'e']],
    'e',
    'd_Conv e_Conv',
  ],
  [
    'a border that convolutions alone read is in the pads of each',
    [conv, pad, ['Conv', 'b v', 'e'], ['Conv', 'b v', 'f', { strides: [2, 2] }]],
    'e f',
    'd_Conv e_Conv f_Conv',
  ],
  [
    'a border wider than 15 that two convolutions read stays',
    [conv, ['Pad', 'd q', 'b'], ['Conv', 'b v', 'e'], ['Conv', 'b v', 'f', { strides: [2, 2] }]],
    'e f',
    'd_Conv b_Pad e_Conv f_Conv',
  ],
  [
    'pads and border of 15 together are in the pads of two convolutions',
    [conv, pad, ['Conv', 'b v', 'e', { pads: [0, 13, 0, 0] }], ['Conv', 'b v', 'f', { pads: [0, 0, 14, 0] }]],
    'e f',
    'd_Conv e_Conv f_Conv',
  ],
  [
    'pads and border of more than 15 together are not',
    [conv, pad, ['Conv', 'b v', 'e', { pads: [0, 14, 0, 0] }], ['Conv', 'b v', 'f']],
    'e f',
    'd_Conv b_Pad e_Conv f_Conv',
  ],
  [
    'a border wider than 15 in front of one convolution is in its pads',
    [conv, ['Pad', 'd q', 'b'], ['Conv', 'b v', 'e']],
    'e',
    'd_Conv e_Conv',
  ],
  [
    'a border that something else reads too stays',
    [conv, pad, ['Conv', 'b v', 'e'], ['Sigmoid', 'b', 'f']],
    'e f',
    'd_Conv b_Pad e_Conv f_Sigmoid',
  ],
  ['a border that is an output stays', [conv, pad, ['Conv', 'b v', 'e']], 'b e', 'd_Conv b_Pad e_Conv'],
  [
    'a border that two averages read stays',
    [conv, pad, ['AveragePool', 'b', 'e', { kernel_shape: [2, 2] }], ['AveragePool', 'b', 'f', { kernel_shape: [3, 3] }]],
    'e f',
    'd_Conv b_Pad e_AveragePool f_AveragePool',
  ],
  [
    'a factor of 1 on an input',
    [
      ['Mul', 'x one', 'b'],
      ['Sin', 'b', 'y'],
    ],
    'y',
    'y_Sin',
  ],
  [
    'a divisor of 1 on an input',
    [
      ['Div', 'x one', 'b'],
      ['Sin', 'b', 'y'],
    ],
    'y',
    'y_Sin',
  ],
  [
    'a term of 0 on an input',
    [
      ['Add', 'zero x', 'b'],
      ['Sin', 'b', 'y'],
    ],
    'y',
    'y_Sin',
  ],
  ['a factor of 1 between an input and an output stays', [['Mul', 'x one', 'y']], 'y', 'y_Mul'],
  [
    'transpositions that take each other back stay as one',
    [conv, ['Transpose', 'd', 't', { perm: [0, 2, 3, 1] }], ['Transpose', 't', 'b', { perm: [0, 3, 1, 2] }], ['Sin', 'b', 'y']],
    'y',
    'd_Conv b_Transpose y_Sin',
  ],
  ['a transposition that does nothing', [conv, ['Transpose', 'd', 'b', { perm: [0, 1, 2, 3] }], ['Sin', 'b', 'y']], 'y', 'd_Conv y_Sin'],
  ['a Dropout at the end leaves the name', [conv, ['Dropout', 'd', 'y']], 'y', 'd_Conv'],
  ['an Identity at the end gives its name', [conv, ['Identity', 'd', 'y']], 'y', 'y_Conv'],
  [
    'two reductions in a row are one where their axes are neighbours',
    [conv, ['ReduceSum', 'd two', 'r', { keepdims: 0 }], ['ReduceSum', 'r two', 'y', { keepdims: 0 }]],
    'y',
    'd_Conv y_ReduceSum',
  ],
  [
    'reductions of axes apart stay',
    [conv, ['ReduceMax', 'd', 'r', { axes: [1] }], ['ReduceMax', 'r', 'y', { axes: [3] }]],
    'y',
    'd_Conv r_ReduceMax y_ReduceMax',
  ],
  [
    'equal layers behind a ReLU that is part of a convolution: the first of its users',
    [
      conv,
      ['Relu', 'd', 'r'],
      ['MaxPool', 'r', 'e', pool],
      ['MaxPool', 'r', 'f', pool],
      ['Conv', 'r w', 'c'],
      ['Sin', 'e', 'g'],
      ['Cos', 'f', 'h'],
    ],
    'g h c',
    'r_Relu e_MaxPool c_Conv g_Sin h_Cos',
  ],
  [
    'equal layers behind a ReLU that is part of a convolution: not the last of its users',
    [
      conv,
      ['Relu', 'd', 'r'],
      ['Conv', 'r w', 'c'],
      ['MaxPool', 'r', 'e', pool],
      ['MaxPool', 'r', 'f', pool],
      ['Sin', 'e', 'g'],
      ['Cos', 'f', 'h'],
    ],
    'g h c',
    'r_Relu c_Conv e_MaxPool f_MaxPool g_Sin h_Cos',
  ],
  ['a term of -0', [conv, ['Add', 'd minusZero', 'b'], ['Sin', 'b', 'y']], 'y', 'd_Conv y_Sin'],
  ['a term of zeros of both signs', [conv, ['Sin', 'd', 's'], ['Add', 's zeros', 'b'], ['Sin', 'b', 'y']], 'y', 'd_Conv s_Sin y_Sin'],
  ['a difference to -0 stays', [conv, ['Sub', 'd minusZero', 'b'], ['Sin', 'b', 'y']], 'y', 'd_Conv b_Sub y_Sin'],
  ['a difference to 0 stays', [conv, ['Sub', 'd zero', 'b'], ['Sin', 'b', 'y']], 'y', 'd_Conv b_Sub y_Sin'],
  ['a whole Slice at an output leaves the name of what it cuts', [conv, ['Slice', 'd none all two', 'y']], 'y', 'd_Conv'],
  ['a Tile by 1 too', [conv, ['Tile', 'd ones', 'y']], 'y', 'd_Conv'],
  ['a sum of one too', [conv, ['Sum', 'd', 'y']], 'y', 'd_Conv'],
  ['a Reshape to the same shape gives its own', [conv, ['Reshape', 'd same', 'y']], 'y', 'y_Conv'],
  [
    'a reduction whose axes come back keeps them',
    [conv, ['ReduceSum', 'd two', 'r', { keepdims: 0 }], ['Unsqueeze', 'r two', 'u'], ['Div', 'd u', 'y']],
    'y',
    'd_Conv r_ReduceSum y_Div',
  ],
  [
    'at an output under its name',
    [conv, ['ReduceMax', 'd', 'r', { keepdims: 0, axes: [2] }], ['Unsqueeze', 'r two', 'y']],
    'y',
    'd_Conv y_ReduceMax',
  ],
  [
    'one whose axes come back elsewhere does not',
    [conv, ['ReduceSum', 'd two', 'r', { keepdims: 0 }], ['Unsqueeze', 'r none', 'u'], ['Sin', 'u', 'y']],
    'y',
    'd_Conv r_ReduceSum u_Unsqueeze y_Sin',
  ],
  [
    'axes counted from the end both times come back too',
    [conv, ['ReduceSum', 'd back', 'r', { keepdims: 0 }], ['Unsqueeze', 'r back', 'u'], ['Sin', 'u', 'y']],
    'y',
    'd_Conv r_ReduceSum y_Sin',
  ],
  [
    'those counted from the end once do not',
    [conv, ['ReduceSum', 'd back', 'r', { keepdims: 0 }], ['Unsqueeze', 'r two', 'u'], ['Sin', 'u', 'y']],
    'y',
    'd_Conv r_ReduceSum u_Unsqueeze y_Sin',
  ],
  [
    'one that has another user does not',
    [conv, ['ReduceSum', 'd two', 'r', { keepdims: 0 }], ['Unsqueeze', 'r two', 'u'], ['Div', 'd u', 'y'], ['Sin', 'r', 'z']],
    'y z',
    'd_Conv r_ReduceSum u_Unsqueeze y_Div z_Sin',
  ],
  [
    'the one place of an axis by an index of two axes, transposed and reshaped',
    [...unit, turned, ['Reshape', 't flat', 'f'], ['Sin', 'f', 'y']],
    'y',
    'd_Conv u_Unsqueeze t_Transpose f_Reshape y_Sin',
  ],
]

const opset = 13

describe('layers that do nothing are those that TPU-MLIR 1.30.2 has', () => {
  it.each(cases)('%s', async (_title, nodes, outputs, layers) => {
    const graph = await importOnnx(onnxFile({ inputs: { x }, constants, nodes, outputs, opset }))
    expect(graph.nodes.map((node) => node.outputs[0]).join(' ')).toBe(layers)
  })
})

describeCanonical('layers that do nothing', [
  {
    title: 'a border read by two convolutions',
    x,
    opset,
    constants,
    nodes: [
      conv,
      pad,
      ['Conv', 'b v', 'e'],
      ['Conv', 'b v', 'f', { dilations: [2, 2], pads: [1, 1, 1, 1] }],
      ['AveragePool', 'f', 'g', { kernel_shape: [1, 1], pads: [0, 0, 0, 0] }],
      ['GlobalAveragePool', 'e', 'h'],
      ['Mul', 'g h', 'y'],
    ],
    ops: 'Conv Conv Conv AveragePool Mul',
  },
  {
    title: 'a reduction whose axis comes back',
    x,
    opset,
    constants,
    nodes: [
      ['ReduceSum', 'x two', 'r', { keepdims: 0 }],
      ['Unsqueeze', 'r two', 'u'],
      ['Mul', 'x u', 'y'],
    ],
    ops: 'ReduceSum Mul',
  },
  {
    title: 'a place of an axis, transposed and reshaped',
    x,
    opset,
    constants,
    nodes: [...unit, turned, ['Reshape', 't flat', 'f'], ['Sin', 'f', 'y']],
    ops: 'Conv Unsqueeze Transpose Reshape Sin',
  },
])
