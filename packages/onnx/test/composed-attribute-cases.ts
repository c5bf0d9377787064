import { attentionAttributeCases } from './attention-attribute-cases.ts'
import type { AttributeCase } from './attribute-cases.ts'
import { index, numbers, type SmallConstant, whole } from './onnx-file.ts'

const plane = numbers([1, 4, 6, 7])
const steps: SmallConstant = { data: [3, -1, 2, 2, 0, -5, 7, 7, 1, -2, 4, 4], shape: [3, 4] }
const infinities: SmallConstant = { data: [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN] }
const bytes = (...data: readonly number[]): SmallConstant => ({ data, dtype: 'u8' })
const kernel = { kernel_shape: [3, 2] }
const windows = { auto_pad: ['SAME_UPPER', 'SAME_LOWER', 'VALID'], pads: [[1, 0, 2, 1]], strides: [[2, 3]] }
const unary = (op: string, opset: number, values: AttributeCase['values']): AttributeCase => ({ op, x: steps, opset, values })
/** Picks, of one plane of 2 x 3 out of 4 x 6. */
const picked = { data: [0, 3, 5, 13, 14, 23], dtype: 'i64', shape: [1, 1, 2, 3] } as const

/** Attributes of the operators that are read as nodes of other ones. */
export const composedAttributeCases: readonly AttributeCase[] = [
  ...attentionAttributeCases,
  unary('Selu', 17, { alpha: [0.5, -0.5], gamma: [2, -2] }),
  unary('Celu', 17, { alpha: [0.5, 2, 2 ** 31, -0.5, -3] }),
  unary('ThresholdedRelu', 17, { alpha: [2, -2] }),
  unary('Shrink', 17, { lambd: [1.5, -1.5], bias: [0.25, -0.25] }),
  { op: 'Hardmax', x: plane, opset: 12, values: { axis: [2, -1] } },
  { op: 'Hardmax', x: plane, opset: 13, values: { axis: [1, -2] } },
  { op: 'IsInf', x: infinities, values: { detect_positive: [0], detect_negative: [0] } },
  { op: 'IsInf', x: infinities, attrs: { detect_positive: 0 }, values: { detect_negative: [0] } },
  {
    op: 'BitShift',
    x: steps,
    operands: 'c d',
    constants: { c: bytes(7, 200, 1), d: bytes(1, 3, 7) },
    values: { direction: ['LEFT', 'RIGHT'] },
  },
  unary('EyeLike', 17, { k: [1, -2], dtype: [7] }),
  { op: 'CumSum', x: steps, operands: 'x a', constants: { a: index(0) }, attrs: { exclusive: 1 }, values: { reverse: [1] } },
  {
    op: 'CenterCropPad',
    x: numbers([5, 4]),
    operands: 'x s',
    constants: { s: whole(2, 7) },
    opset: 18,
    values: {
      axes: [
        [1, 0],
        [0, -1],
      ],
    },
  },
  {
    op: 'Col2Im',
    x: numbers([1, 8, 6]),
    operands: 'x i b',
    constants: { i: whole(3, 4), b: whole(2, 2) },
    opset: 18,
    values: { strides: [[1, 1]] },
  },
  {
    op: 'Col2Im',
    x: numbers([1, 8, 4]),
    operands: 'x i b',
    constants: { i: whole(3, 4), b: whole(2, 2) },
    opset: 18,
    attrs: { strides: [2, 2] },
    values: {
      pads: [
        [0, 0, 1, 0],
        [1, 0, 0, 0],
      ],
    },
  },
  {
    op: 'Col2Im',
    x: numbers([1, 8, 4]),
    operands: 'x i b',
    constants: { i: whole(3, 4), b: whole(2, 2) },
    opset: 18,
    values: { dilations: [[1, 2]] },
  },
  {
    op: 'AffineGrid',
    x: numbers([1, 2, 3]),
    operands: 'x s',
    constants: { s: whole(1, 1, 3, 4) },
    opset: 20,
    values: { align_corners: [1] },
  },
  { op: 'LpPool', x: plane, attrs: kernel, opset: 18, values: { ...windows, p: [1, 3], kernel_shape: [[2, 2]], dilations: [[2, 1]] } },
  { op: 'LpPool', x: plane, attrs: { ...kernel, strides: [2, 4] }, opset: 18, values: { ceil_mode: [1] } },
  { op: 'GlobalLpPool', x: plane, values: { p: [1, 3] } },
  {
    op: 'MaxUnpool',
    x: numbers([1, 1, 2, 3]),
    operands: 'x i',
    constants: { i: { ...picked, data: [0, 1, 3, 5, 8, 9] } },
    values: { kernel_shape: [[2, 2]] },
  },
  {
    op: 'MaxUnpool',
    x: numbers([1, 1, 2, 3]),
    operands: 'x i',
    constants: { i: picked },
    attrs: { kernel_shape: [2, 2] },
    values: { strides: [[2, 2]] },
  },
  {
    op: 'MaxUnpool',
    x: numbers([1, 1, 2, 3]),
    operands: 'x i',
    constants: { i: { ...picked, data: [0, 2, 3, 5, 8, 10] } },
    attrs: { kernel_shape: [3, 3], strides: [2, 2] },
    values: { pads: [[1, 1, 1, 1]] },
  },
  { op: 'MeanVarianceNormalization', x: plane, values: { axes: [[1], [2, 3]] } },
  {
    op: 'QuantizeLinear',
    x: plane,
    operands: 'x s z',
    constants: { s: numbers([4], 0.01, 0.1), z: bytes(3, 100, 128, 250) },
    opset: 19,
    values: { axis: [-3], saturate: [0] },
  },
  {
    op: 'QuantizeLinear',
    x: plane,
    operands: 'x s',
    constants: { s: { data: [0.02], shape: [] } },
    opset: 21,
    values: { output_dtype: [5], block_size: [2] },
  },
  {
    op: 'DequantizeLinear',
    x: steps,
    operands: 'c s z',
    constants: { c: { ...bytes(1, 2, 3, 200), shape: [2, 2] }, s: numbers([2], 0.1, 1), z: bytes(3, 100) },
    opset: 21,
    values: { axis: [0, -1], block_size: [2] },
  },
  {
    op: 'DequantizeLinear',
    x: steps,
    operands: 'c s',
    constants: { c: bytes(1, 2), s: { data: [0.5], shape: [] } },
    opset: 23,
    values: { output_dtype: [10] },
  },
  {
    op: 'QuantizeLinear',
    x: plane,
    operands: 'x s',
    constants: { s: { data: [0.02], shape: [] } },
    opset: 23,
    values: { precision: [1] },
  },
  {
    op: 'GridSample',
    x: numbers([1, 2, 4, 5]),
    operands: 'x g',
    constants: { g: numbers([1, 3, 3, 2], -1.4, 1.4) },
    opset: 16,
    values: { mode: ['nearest', 'bicubic'], padding_mode: ['border', 'reflection'], align_corners: [1] },
  },
  ...['linear', 'cubic'].flatMap((mode) =>
    [0, 1].map(
      (align_corners): AttributeCase => ({
        op: 'GridSample',
        x: numbers([1, 2, 4, 5]),
        operands: 'x g',
        constants: { g: numbers([1, 3, 3, 2], -2.5, 2.5) },
        opset: 20,
        attrs: { mode, align_corners },
        values: { padding_mode: ['border', 'reflection'] },
      }),
    ),
  ),
  { op: 'MaxPool', x: plane, attrs: { ...kernel, dilations: [2, 3], pads: [1, 1, 2, 0] }, values: { strides: [[1, 2]], ceil_mode: [1] } },
  {
    op: 'AveragePool',
    x: plane,
    attrs: { ...kernel, dilations: [2, 3], pads: [1, 1, 2, 0] },
    opset: 19,
    values: { strides: [[1, 2]], count_include_pad: [1] },
  },
  {
    op: 'Resize',
    x: plane,
    operands: 'x r f',
    constants: { r: { data: [0, 0, 0.1, -0.2, 1, 1, 0.8, 1.3] }, f: { data: [1, 1, 1.5, 2] } },
    opset: 19,
    attrs: { coordinate_transformation_mode: 'tf_crop_and_resize' },
    values: { mode: ['linear'], extrapolation_value: [3] },
  },
  {
    op: 'Resize',
    x: plane,
    operands: 'x r - s',
    constants: { r: { data: [0, 0, 0.1, -0.2, 1, 1, 0.8, 1.3] }, s: whole(1, 4, 5, 9) },
    opset: 19,
    attrs: { coordinate_transformation_mode: 'tf_crop_and_resize', mode: 'linear' },
    values: { extrapolation_value: [3] },
  },
  {
    op: 'Resize',
    x: plane,
    operands: 'x - - s',
    constants: { s: whole(9, 9) },
    opset: 19,
    attrs: { axes: [3, 2], mode: 'cubic' },
    values: { keep_aspect_ratio_policy: ['not_larger', 'not_smaller'], exclude_outside: [1] },
  },
  {
    op: 'Einsum',
    x: numbers([2, 3, 3]),
    operands: 'x w',
    constants: { w: numbers([3, 4]) },
    values: { equation: ['bij,jk->bik', 'bii,ik->kb', 'bij,jk->k', '...j,jk', 'bij,kl->bl'] },
  },
  { op: 'Einsum', x: numbers([2, 3, 3]), values: { equation: ['bij->jb', 'bii', '...ii->...i', 'bij->'] } },
  { op: 'LpNormalization', x: plane, opset: 22, values: { p: [1, 3], axis: [0, 1, -2] } },
  { op: 'Compress', x: steps, operands: 'x c', constants: { c: { data: [0, 1, 1], dtype: 'bool' } }, values: { axis: [0, 1, -2] } },
  {
    op: 'ReverseSequence',
    x: numbers([3, 4, 2]),
    operands: 'x l',
    constants: { l: whole(2, 3, 1) },
    attrs: { batch_axis: 0 },
    values: { time_axis: [1] },
  },
  {
    op: 'ReverseSequence',
    x: numbers([3, 4, 2]),
    operands: 'x l',
    constants: { l: whole(2, 3, 1) },
    attrs: { time_axis: 1 },
    values: { batch_axis: [0] },
  },
  ...['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'].map(
    (op): AttributeCase => ({
      op,
      x: numbers([2, 3, 4]),
      operands: 'x t w',
      constants: { t: { ...whole(0, 2, 1, 1, 2, 2, 0, 2), shape: [2, 4] }, w: numbers([3], 0.5, 2) },
      values: { reduction: ['none', 'sum', 'mean', 'median'], ignore_index: [2, -1] },
    }),
  ),
]
