import type { Attrs } from '@q/ir'
import type { OnnxAttrs } from './onnx-node.ts'

/** One operator with random operands of the given shapes, and how ONNX spells it. */
export interface FloatOperatorCase {
  readonly op: string
  readonly what: string
  readonly shapes: readonly (readonly number[])[]
  readonly attrs?: Attrs
  /** How ONNX spells it, where it differs. */
  readonly onnx?: { readonly op?: string; readonly attrs?: OnnxAttrs; readonly extra?: readonly (readonly number[] | undefined)[] }
  /** Turns the random numbers into fit ones. */
  readonly domain?: (x: number, operand: number) => number
  readonly tolerance?: number
}

const unary = (op: string, attrs: Attrs = {}, onnxAttrs: OnnxAttrs = {}, domain?: FloatOperatorCase['domain']): FloatOperatorCase => ({
  op,
  what: 'element by element',
  shapes: [[2, 3, 5]],
  attrs,
  onnx: { attrs: onnxAttrs },
  ...(domain === undefined ? {} : { domain }),
})
const positive = (x: number): number => Math.abs(x) + 0.1
const both = (attrs: Readonly<Record<string, number | string | readonly number[]>>) => ({ attrs, onnx: { attrs } })

/** Every float operator that ONNX Runtime has too. */
export const floatOperatorCases: readonly FloatOperatorCase[] = [
  ...[
    'Abs',
    'Ceil',
    'Cos',
    'Erf',
    'Exp',
    'Floor',
    'HardSwish',
    'Mish',
    'Round',
    'Sigmoid',
    'Sign',
    'Sin',
    'Sinh',
    'Cosh',
    'Softplus',
    'Softsign',
    'Tan',
    'Tanh',
    'Gelu',
  ].map((op) => unary(op)),
  unary('Gelu', { approximate: 'tanh' }, { approximate: 'tanh' }),
  unary('Log', {}, {}, positive),
  unary('Sqrt', {}, {}, positive),
  unary('Acos', {}, {}, (x) => x / 4),
  unary('Atanh', {}, {}, (x) => x / 4),
  unary('Elu', { alpha: 0.7 }, { alpha: { float: 0.7 } }),
  unary('LeakyRelu', { alpha: 0.2 }, { alpha: { float: 0.2 } }),
  unary('HardSigmoid', { alpha: 0.3, beta: 0.4 }, { alpha: { float: 0.3 }, beta: { float: 0.4 } }),
  {
    op: 'Conv',
    what: 'strides, padding',
    shapes: [[2, 4, 9, 8], [6, 4, 3, 3], [6]],
    ...both({ strides: [2, 1], pads: [1, 0, 0, 1] }),
    tolerance: 1e-5,
  },
  {
    op: 'Conv',
    what: 'groups, dilations',
    shapes: [
      [1, 4, 9, 8],
      [6, 2, 3, 2],
    ],
    ...both({ strides: [1, 1], pads: [2, 2, 2, 2], dilations: [2, 2], group: 2 }),
    tolerance: 1e-5,
  },
  {
    op: 'Conv',
    what: 'stride larger than the filter',
    shapes: [
      [1, 3, 9, 10],
      [2, 3, 1, 2],
    ],
    ...both({ strides: [3, 3], pads: [0, 1, 0, 0] }),
    tolerance: 1e-5,
  },
  {
    op: 'Conv',
    what: 'one spatial axis',
    shapes: [
      [1, 3, 9],
      [2, 3, 3],
    ],
    ...both({ strides: [2], pads: [1, 1] }),
    tolerance: 1e-5,
  },
  {
    op: 'Conv',
    what: 'three spatial axes',
    shapes: [
      [1, 2, 5, 6, 7],
      [3, 2, 3, 2, 3],
    ],
    ...both({ strides: [1, 2, 2], pads: [1, 0, 1, 1, 0, 1] }),
    tolerance: 1e-5,
  },
  {
    op: 'ConvTranspose',
    what: 'strides, padding',
    shapes: [[2, 4, 5, 6], [4, 3, 4, 3], [3]],
    ...both({ strides: [2, 3], pads: [1, 0, 1, 1] }),
    tolerance: 1e-5,
  },
  {
    op: 'ConvTranspose',
    what: 'groups, dilations, output padding',
    shapes: [
      [1, 4, 5, 6],
      [4, 2, 3, 3],
    ],
    ...both({ strides: [2, 2], pads: [1, 1, 1, 1], dilations: [2, 1], output_padding: [1, 1], group: 2 }),
    tolerance: 1e-5,
  },
  {
    op: 'MatMul',
    what: 'batches broadcast',
    shapes: [
      [2, 1, 4, 5],
      [3, 5, 6],
    ],
    tolerance: 1e-5,
  },
  { op: 'MatMul', what: 'a vector on the left', shapes: [[5], [2, 5, 6]], tolerance: 1e-5 },
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map(
    (op): FloatOperatorCase => ({
      op,
      what: 'broadcast',
      shapes: [
        [2, 3, 1, 4],
        [3, 5, 1],
      ],
    }),
  ),
  { op: 'Pow', what: 'positive base', shapes: [[2, 3], [3]], domain: (x, k) => (k === 0 ? positive(x) : x), tolerance: 1e-5 },
  {
    op: 'PRelu',
    what: 'a slope for each channel',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
  },
  { op: 'MaxPool', what: 'padding', shapes: [[1, 2, 7, 8]], ...both({ kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }) },
  {
    op: 'AveragePool',
    what: 'padding left out',
    shapes: [[1, 2, 7, 8]],
    ...both({ kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }),
    tolerance: 1e-6,
  },
  {
    op: 'AveragePool',
    what: 'padding counted',
    shapes: [[1, 2, 7, 8]],
    attrs: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: true },
    onnx: { attrs: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: 1 } },
    tolerance: 1e-6,
  },
  { op: 'Softmax', what: 'an inner axis', shapes: [[2, 5, 3]], ...both({ axis: 1 }), tolerance: 1e-6 },
  {
    op: 'Softmax',
    what: 'logarithm',
    shapes: [[2, 5, 3]],
    attrs: { axis: -1, log: true },
    onnx: { op: 'LogSoftmax', attrs: { axis: -1 } },
    tolerance: 1e-6,
  },
  {
    op: 'LayerNormalization',
    what: 'the last axes',
    shapes: [
      [2, 4, 6],
      [4, 6],
      [4, 6],
    ],
    ...both({ axis: 1 }),
    tolerance: 1e-5,
  },
  { op: 'InstanceNormalization', what: 'planes', shapes: [[2, 3, 4, 5], [3], [3]], tolerance: 1e-5 },
  { op: 'GroupNormalization', what: 'groups of channels', shapes: [[2, 4, 3, 5], [4], [4]], ...both({ num_groups: 2 }), tolerance: 1e-5 },
  { op: 'LRN', what: 'neighbouring channels', shapes: [[1, 7, 2, 3]], ...both({ size: 5 }), tolerance: 1e-6 },
  ...['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'].map(
    (op): FloatOperatorCase => ({
      op,
      what: 'two axes',
      shapes: [[2, 3, 4, 5]],
      attrs: { axes: [1, 3], keepdims: false },
      onnx: { attrs: { keepdims: 0 }, extra: [[1, 3]] },
      tolerance: 1e-5,
    }),
  ),
  { op: 'Transpose', what: 'four axes', shapes: [[2, 3, 4, 5]], ...both({ perm: [2, 0, 3, 1] }) },
  {
    op: 'Slice',
    what: 'steps of both signs',
    shapes: [[5, 6, 7]],
    attrs: { starts: [1, 5, 0], ends: [5, -1, 7], steps: [2, -2, 1] },
    onnx: {
      extra: [
        [1, 5],
        [5, -100],
        [0, 1],
        [2, -2],
      ],
    },
  },
  {
    op: 'Concat',
    what: 'three operands',
    shapes: [
      [2, 1, 3],
      [2, 4, 3],
      [2, 2, 3],
    ],
    ...both({ axis: 1 }),
  },
  { op: 'Pad', what: 'constant', shapes: [[2, 3]], attrs: { pads: [1, 0, 0, 2], value: 0 }, onnx: { extra: [[1, 0, 0, 2]] } },
  ...['reflect', 'edge'].map(
    (mode): FloatOperatorCase => ({
      op: 'Pad',
      what: mode,
      shapes: [[3, 4]],
      attrs: { pads: [1, 3, 2, 2], mode },
      onnx: { attrs: { mode }, extra: [[1, 3, 2, 2]] },
    }),
  ),
  { op: 'Tile', what: 'two axes', shapes: [[2, 3]], attrs: { repeats: [3, 2] }, onnx: { extra: [[3, 2]] } },
  {
    op: 'DepthToSpace',
    what: 'DCR',
    shapes: [[2, 12, 3, 4]],
    attrs: { block_h: 2, block_w: 2, mode: 'DCR' },
    onnx: { attrs: { blocksize: 2, mode: 'DCR' } },
  },
  {
    op: 'DepthToSpace',
    what: 'CRD',
    shapes: [[2, 12, 3, 4]],
    attrs: { block_h: 2, block_w: 2, mode: 'CRD' },
    onnx: { attrs: { blocksize: 2, mode: 'CRD' } },
  },
  {
    op: 'DepthToSpace',
    what: 'inverse',
    shapes: [[2, 3, 4, 6]],
    attrs: { block_h: 2, block_w: 2, inverse: true },
    onnx: { op: 'SpaceToDepth', attrs: { blocksize: 2 } },
  },
  { op: 'CumSum', what: 'an inner axis', shapes: [[2, 5, 3]], attrs: { axis: 1 }, onnx: { extra: [[1]] }, tolerance: 1e-6 },
  {
    op: 'Resize',
    what: 'linear, half-pixel centres',
    shapes: [[1, 2, 4, 5]],
    attrs: { mode: 'linear', coordinate_transformation_mode: 'half_pixel', scale_h: 2, scale_w: 1.4, sizes: [8, 7] },
    onnx: { attrs: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }, extra: [undefined, undefined, [1, 2, 8, 7]] },
    tolerance: 1e-5,
  },
  {
    op: 'Resize',
    what: 'linear, corners aligned',
    shapes: [[1, 2, 4, 5]],
    attrs: { mode: 'linear', coordinate_transformation_mode: 'align_corners', scale_h: 2, scale_w: 2, sizes: [8, 10] },
    onnx: { attrs: { mode: 'linear', coordinate_transformation_mode: 'align_corners' }, extra: [undefined, undefined, [1, 2, 8, 10]] },
    tolerance: 1e-5,
  },
  {
    op: 'Resize',
    what: 'nearest, asymmetric',
    shapes: [[1, 2, 4, 5]],
    attrs: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', scale_h: 2, scale_w: 3, sizes: [8, 15] },
    onnx: {
      attrs: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      extra: [undefined, undefined, [1, 2, 8, 15]],
    },
  },
]
