import type { Attrs, AttrValue } from '@q/ir'
import { composedAttributeCases } from './composed-attribute-cases.ts'
import { index, numbers, type SmallConstant, whole } from './onnx-file.ts'

/** A node of one operator over `x` with the result `y`, and for each of its attributes values that are not ONNX's default. */
export interface AttributeCase {
  readonly op: string
  readonly x: SmallConstant
  /** Operands, `-` for one left out. @default 'x' */
  readonly operands?: string
  readonly constants?: Readonly<Record<string, SmallConstant>>
  /** Attributes besides the one in question. */
  readonly attrs?: Attrs
  /** @default 17 */
  readonly opset?: number
  readonly values: Readonly<Record<string, readonly AttrValue[]>>
  /** @default 'y' */
  readonly results?: string
}

const plane = numbers([1, 4, 6, 7])
const matrix = numbers([3, 4])
const steps: SmallConstant = { data: [3, -1, 2, 2, 0, -5, 7, 7, 1, -2, 4, 4], shape: [3, 4] }
const perChannel = { s: numbers([4], 0.5, 2), b: numbers([4]) }
const windows = { auto_pad: ['SAME_UPPER', 'SAME_LOWER', 'VALID'], pads: [[1, 0, 2, 1]], strides: [[2, 3]] }
const kernel = { kernel_shape: [3, 2] }
const filters = numbers([6, 4, 3, 2])
const factors = { f: { data: [1, 1, 1.5, 2] } }

const unary = (op: string, values: AttributeCase['values'], opset = 17): AttributeCase => ({ op, x: steps, values, opset })
const reduction = (op: string, first: number): readonly AttributeCase[] => {
  const x = op.startsWith('ReduceLogSum') ? numbers([2, 3, 4], 0.2, 2) : numbers([2, 3, 4])
  return [
    { op, x, opset: first - 1, values: { axes: [[1], [-1, 0]] } },
    { op, x, operands: 'x a', constants: { a: whole(1) }, opset: first, values: { keepdims: [0], noop_with_empty_axes: [1] } },
    { op, x, opset: first, values: { noop_with_empty_axes: [1] } },
  ]
}

/** Every attribute of ONNX's operators that ONNX Runtime has kernels for. */
export const attributeCases: readonly AttributeCase[] = [
  ...composedAttributeCases,
  { op: 'Mod', x: steps, operands: 'x k', constants: { k: { data: [2.5, -1.5, 3, 0.7] } }, values: { fmod: [1] } },
  unary('Clip', { min: [-0.5, 0], max: [2.5, 0, -1] }, 10),
  unary('Elu', { alpha: [0.5, -0.5] }),
  unary('Gelu', { approximate: ['tanh'] }, 20),
  unary('HardSigmoid', { alpha: [0.3, -0.3], beta: [0.1, -0.1] }),
  unary('LeakyRelu', { alpha: [0.3, -2] }),
  unary('Cast', { to: [6, 7, 9, 11] }, 19),
  unary('Swish', { alpha: [0.5, -2] }, 24),
  { op: 'CumSum', x: steps, operands: 'x a', constants: { a: index(1) }, values: { exclusive: [1], reverse: [1] } },

  { op: 'Reshape', x: steps, operands: 'x s', constants: { s: whole(2, 6) }, values: { allowzero: [1] } },
  unary('Flatten', { axis: [0, 2, -1] }),
  { op: 'Squeeze', x: numbers([1, 3, 1, 2]), opset: 12, values: { axes: [[0], [-2]] } },
  { op: 'Unsqueeze', x: matrix, opset: 12, values: { axes: [[0], [-1, 1]] } },
  { op: 'Transpose', x: plane, values: { perm: [[0, 2, 3, 1]] } },
  { op: 'Concat', x: steps, operands: 'x k', constants: { k: matrix }, values: { axis: [0, -1] } },
  { op: 'Slice', x: steps, opset: 9, attrs: { starts: [1], ends: [9] }, values: { axes: [[1], [-2]] } },
  { op: 'Slice', x: steps, opset: 9, attrs: { ends: [3, 3] }, values: { starts: [[1, -2]] } },
  { op: 'Slice', x: steps, opset: 9, attrs: { starts: [0, 1] }, values: { ends: [[2, -1]] } },
  { op: 'Split', x: numbers([4, 4]), opset: 12, results: 'y z', values: { axis: [1], split: [[1, 3]] } },
  { op: 'Split', x: numbers([5, 4]), opset: 18, results: 'y z', values: { num_outputs: [2] } },
  {
    op: 'Pad',
    x: steps,
    operands: 'x p',
    constants: { p: whole(1, 2, 0, 1) },
    opset: 19,
    values: { mode: ['reflect', 'edge', 'wrap'] },
  },
  { op: 'Pad', x: steps, opset: 10, attrs: { pads: [0, 1, 0, 0] }, values: { value: [1.5], pads: [[1, 0, 0, 2]] } },
  { op: 'Gather', x: steps, operands: 'x i', constants: { i: whole(2, -1) }, values: { axis: [1, -2] } },
  {
    op: 'GatherElements',
    x: steps,
    operands: 'x i',
    constants: { i: { ...whole(2, -1, 0, 1), shape: [2, 2] } },
    values: { axis: [1] },
  },
  {
    op: 'GatherND',
    x: steps,
    operands: 'x i',
    constants: { i: { ...whole(2, 0, 1), shape: [3, 1] } },
    values: { batch_dims: [1] },
  },
  {
    op: 'Scatter',
    x: steps,
    operands: 'x i u',
    constants: { i: { ...whole(2, 0), shape: [1, 2] }, u: numbers([1, 2]) },
    opset: 10,
    values: { axis: [1] },
  },
  {
    op: 'ScatterElements',
    x: steps,
    operands: 'x i u',
    constants: { i: { ...whole(2, 0), shape: [1, 2] }, u: numbers([1, 2]) },
    values: { axis: [1], reduction: ['add', 'mul'] },
  },
  {
    op: 'ScatterND',
    x: steps,
    operands: 'x i u',
    constants: { i: { ...whole(2, 0, 2, 0), shape: [2, 2] }, u: numbers([2]) },
    values: { reduction: ['add', 'mul'] },
  },
  { op: 'DepthToSpace', x: numbers([1, 8, 2, 3]), values: { blocksize: [2] } },
  { op: 'DepthToSpace', x: numbers([1, 8, 2, 3]), attrs: { blocksize: 2 }, values: { mode: ['CRD'] } },
  { op: 'SpaceToDepth', x: numbers([1, 2, 4, 6]), values: { blocksize: [2] } },
  unary('Dropout', { ratio: [0.3] }, 11),
  unary('Dropout', { seed: [3] }, 13),
  {
    op: 'Constant',
    x: steps,
    operands: '',
    values: { value: [[1, 2]], value_float: [1.5], value_floats: [[1.5, 2]], value_int: [3], value_ints: [[3, 4]] },
  },
  { op: 'ConstantOfShape', x: whole(2, 3), values: { value: [[2.5]] } },
  unary('Shape', { start: [1, -1], end: [1] }),
  { op: 'Trilu', x: steps, values: { upper: [0] } },
  {
    op: 'OneHot',
    x: whole(0, 2, 1),
    operands: 'x d v',
    constants: { d: whole(3), v: numbers([2]) },
    values: { axis: [0] },
  },

  { op: 'Conv', x: plane, operands: 'x w', constants: { w: filters }, values: { ...windows, dilations: [[2, 1]], kernel_shape: [[3, 2]] } },
  { op: 'Conv', x: plane, operands: 'x w', constants: { w: numbers([6, 2, 3, 2]) }, values: { group: [2] } },
  {
    op: 'ConvTranspose',
    x: plane,
    operands: 'x w',
    constants: { w: numbers([4, 3, 3, 2]) },
    attrs: { strides: [2, 2] },
    values: { ...windows, dilations: [[2, 1]], kernel_shape: [[3, 2]], group: [2], output_padding: [[1, 0]], output_shape: [[12, 13]] },
  },
  {
    op: 'Gemm',
    x: matrix,
    operands: 'x w b',
    constants: { w: numbers([4, 3]), b: numbers([3, 1]) },
    values: { alpha: [0.5, 0], beta: [2, 0] },
  },
  { op: 'Gemm', x: matrix, operands: 'x x b', constants: { b: numbers([3]) }, attrs: { transB: 1 }, values: { alpha: [0.5], beta: [2] } },
  { op: 'Gemm', x: matrix, operands: 'x w', constants: { w: matrix }, values: { transA: [1], transB: [1] } },
  { op: 'Einsum', x: { data: [1, 2, 3] }, operands: 'x w', constants: { w: numbers([2]) }, values: { equation: ['i,j->ij', 'i,j->ji'] } },
  {
    op: 'MaxPool',
    x: plane,
    attrs: kernel,
    values: { ...windows, ceil_mode: [1], dilations: [[2, 1]], storage_order: [1], kernel_shape: [[2, 2]] },
  },
  { op: 'MaxPool', x: plane, attrs: { ...kernel, strides: [2, 4] }, values: { ceil_mode: [1] } },
  {
    op: 'AveragePool',
    x: plane,
    attrs: { ...kernel, pads: [1, 1, 0, 1] },
    opset: 19,
    values: { strides: [[2, 3]], ceil_mode: [1], dilations: [[2, 1]], count_include_pad: [1], kernel_shape: [[2, 2]] },
  },
  { op: 'AveragePool', x: plane, attrs: kernel, values: { auto_pad: windows.auto_pad, pads: windows.pads } },
  {
    op: 'BatchNormalization',
    x: plane,
    operands: 'x s b m v',
    constants: { ...perChannel, m: numbers([4]), v: numbers([4], 0.5, 2) },
    values: { epsilon: [0.5], momentum: [0.2], training_mode: [1] },
  },
  {
    op: 'BatchNormalization',
    x: plane,
    operands: 'x s b m v',
    constants: Object.fromEntries(['s', 'b', 'm', 'v'].map((name) => [name, numbers([4, 6, 7], 0.5, 2)])),
    opset: 8,
    values: { spatial: [0] },
  },
  {
    op: 'LayerNormalization',
    x: matrix,
    operands: 'x s',
    constants: { s: numbers([4], 0.5, 2) },
    values: { axis: [0, 1], epsilon: [0.5], stash_type: [1] },
  },
  {
    op: 'RMSNormalization',
    x: matrix,
    operands: 'x s',
    constants: { s: numbers([4], 0.5, 2) },
    opset: 23,
    values: { axis: [-1, 1, 0], epsilon: [0.5], stash_type: [1] },
  },
  { op: 'InstanceNormalization', x: plane, operands: 'x s b', constants: perChannel, values: { epsilon: [0.5] } },
  ...[18, 21].map(
    (opset): AttributeCase => ({
      op: 'GroupNormalization',
      x: plane,
      operands: 'x s b',
      constants: opset === 18 ? { s: numbers([2], 0.5, 2), b: numbers([2]) } : perChannel,
      opset,
      attrs: { num_groups: 2 },
      values: { num_groups: [2], epsilon: [0.5], ...(opset === 18 ? {} : { stash_type: [1] }) },
    }),
  ),
  { op: 'LRN', x: plane, attrs: { size: 3 }, values: { size: [3, 1], alpha: [0.5], beta: [0.5], bias: [2] } },
  ...['Softmax', 'LogSoftmax'].flatMap((op): AttributeCase[] => [
    { op, x: plane, opset: 12, values: { axis: [2, -1] } },
    { op, x: plane, opset: 13, values: { axis: [1, -2] } },
  ]),
  ...reduction('ReduceSum', 13),
  ...[
    'ReduceMax',
    'ReduceMin',
    'ReduceMean',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
  ].flatMap((op) => reduction(op, 18)),
  ...['ArgMax', 'ArgMin'].map((op) => unary(op, { axis: [1, -1], keepdims: [0], select_last_index: [1] })),
  { op: 'ArgMax', x: steps, attrs: { axis: 1 }, values: { select_last_index: [1] } },
  { op: 'TopK', x: numbers([3, 4]), opset: 9, results: 'y z', values: { k: [2] } },
  {
    op: 'TopK',
    x: numbers([3, 4]),
    operands: 'x k',
    constants: { k: whole(3) },
    results: 'y z',
    values: { axis: [0], largest: [0], sorted: [1] },
  },
  {
    op: 'Resize',
    x: plane,
    operands: 'x - f',
    constants: factors,
    opset: 19,
    values: {
      mode: ['linear', 'cubic'],
      coordinate_transformation_mode: ['pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric', 'tf_crop_and_resize'],
      nearest_mode: ['round_prefer_ceil', 'floor', 'ceil'],
      cubic_coeff_a: [-0.5],
      extrapolation_value: [3],
    },
  },
  ...['linear', 'cubic'].map(
    (mode): AttributeCase => ({
      op: 'Resize',
      x: plane,
      operands: 'x - f',
      constants: { f: { data: [1, 1, 0.5, 2] } },
      opset: 19,
      attrs: { mode },
      values: {
        coordinate_transformation_mode: ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'],
        cubic_coeff_a: [-0.5],
        extrapolation_value: [3],
        antialias: [1],
        ...(mode === 'cubic' ? { exclude_outside: [1] } : {}),
      },
    }),
  ),
  {
    op: 'Resize',
    x: plane,
    operands: 'x - f',
    constants: { f: { data: [2, 2] } },
    opset: 18,
    values: {
      axes: [
        [2, 3],
        [-1, -2],
      ],
    },
  },
  {
    op: 'Resize',
    x: plane,
    operands: 'x - - f',
    constants: { f: whole(1, 4, 12, 12) },
    opset: 18,
    values: { keep_aspect_ratio_policy: ['not_larger', 'not_smaller'] },
  },
  { op: 'Upsample', x: plane, operands: 'x f', constants: { f: { data: [1, 1, 2, 2] } }, opset: 9, values: { mode: ['linear'] } },
  { op: 'Upsample', x: plane, opset: 8, values: { scales: [[1, 1, 2, 3]] } },
]
