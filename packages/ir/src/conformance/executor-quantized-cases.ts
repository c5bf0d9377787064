import type { TensorType } from '../graph/types.ts'
import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { codes, f16, f32, i32 } from './small-graph.ts'

const i8 = (...shape: readonly number[]) => codes('i8', shape)
const u8 = (...shape: readonly number[]) => codes('u8', shape)

/** Padded codes 3 3 5 1 3; sums 4 12 4 and 17 13 23 without bias. */
const x = fed(codes('i8', [1, 1, 1, 3], 1, 3), [3, 5, 1])
const w = held(i8(2, 1, 1, 3), [1, 2, -1, 4, 0, 1])
const y = codes('i8', [1, 2, 1, 3], 1, -2)
const along = { strides: [1, 1], pads: [0, 1, 0, 1], multipliers: [3, 5], shifts: [2, 3] }
const a = fed(i8(3), [10, -10, 100])
const b = fed(i8(3), [3, 3, 100])
const factors = { multipliers: [51, 83], shifts: [7, 6] }

/** Integer operators on codes that can be checked by hand. */
export const executorQuantizedCases: readonly ExecutorCase[] = [
  nodeCase(
    'halves away from zero, saturation',
    'QuantizeLinear',
    [fed(f32(6), [0.25, -0.25, 0.24, 100, -100, 0.75])],
    [gives(codes('i8', [6], 0.5), [1, -1, 0, 127, -128, 2])],
    { attrs: { rounding: 'half-away-from-zero' } },
  ),
  nodeCase('zero point', 'QuantizeLinear', [fed(f32(3), [-10.4, 3, 300])], [gives(codes('u8', [3], 1, 10), [0, 13, 255])], {
    attrs: { rounding: 'half-away-from-zero' },
  }),
  nodeCase(
    'the quotient in the precision of a float16 operand',
    'QuantizeLinear',
    [fed(f16(1), [2.849609375])],
    [gives(codes('i8', [1], 0.3), [10])],
    { attrs: { rounding: 'half-away-from-zero' } },
  ),
  nodeCase('the quotient in float32', 'QuantizeLinear', [fed(f32(1), [2.849609375])], [gives(codes('i8', [1], 0.3), [9])], {
    attrs: { rounding: 'half-away-from-zero' },
  }),
  nodeCase('zero point', 'DequantizeLinear', [fed(codes('i8', [3], 0.5, -1), [-128, 0, 127])], [gives(f32(3), [-63.5, 0.5, 64])]),
  nodeCase(
    'zero point in the padding, requantization by channel',
    'QConv',
    [x, w, held(i32(2), [10, -5])],
    [gives(y, [9, 15, 9, 6, 3, 9])],
    { attrs: along },
  ),
  nodeCase('negative halves up', 'QConv', [x, w, held(i32(2), [-18, -5])], [gives(y, [-12, -6, -12, 6, 3, 9])], { attrs: along }),
  nodeCase('negative halves away from zero', 'QConv', [x, w, held(i32(2), [-18, -5])], [gives(y, [-13, -7, -13, 6, 3, 9])], {
    attrs: { ...along, rounding: 'half-away-from-zero' },
  }),
  nodeCase('ReLU ends at the zero point', 'QConv', [x, w, held(i32(2), [-18, -5])], [gives(y, [-2, -2, -2, 6, 3, 9])], {
    attrs: { ...along, relu: true },
  }),
  nodeCase(
    'sums beyond 2^24 stay exact',
    'QConv',
    [fed(u8(1, 64, 3, 3), Array<number>(576).fill(255)), held(i8(1, 64, 3, 3), Array<number>(576).fill(127)), held(i32(1), [1])],
    [gives(i32(1, 1, 1, 1), [18653761])],
    { attrs: { strides: [1, 1], pads: [0, 0, 0, 0], requantize: 'none' } },
  ),
  nodeCase(
    'two filters of two groups',
    'QConv',
    [fed(i8(1, 2, 1, 1), [7, -9]), held(i8(2, 1, 1, 1), [3, 5])],
    [gives(i8(1, 2, 1, 1), [21, -45])],
    { attrs: { strides: [1, 1], pads: [0, 0, 0, 0], group: 2, multipliers: [1], shifts: [0] } },
  ),
  nodeCase(
    'zero point between the elements',
    'QConvTranspose',
    [fed(codes('u8', [1, 1, 1, 2], 1, 1), [5, 6]), held(i8(1, 1, 1, 2), [1, 10])],
    [gives(i32(1, 1, 1, 4), [15, 51, 16, 61])],
    { attrs: { strides: [1, 2], pads: [0, 0, 0, 0], requantize: 'none' } },
  ),
  nodeCase(
    'bias and multiplier',
    'QMatMul',
    [fed(u8(1, 3), [200, 31, 7]), held(i8(3, 2), [127, 1, -64, 1, 25, 1]), held(i32(2), [3239, 0])],
    [gives(i8(1, 2), [26, 0])],
    { attrs: { multipliers: [65793], shifts: [26] } },
  ),
  nodeCase('a multiplier for each column', 'QMatMul', [fed(i8(1, 2), [4, 8]), held(i8(2, 2), [1, 1, 1, 1])], [gives(i8(1, 2), [12, 6])], {
    attrs: { multipliers: [1, 1], shifts: [0, 1] },
  }),
  nodeCase('each operand is rounded', 'QAdd', [a, b], [gives(i8(3), [8, 0, 127])], { attrs: factors }),
  nodeCase('the sum is rounded', 'QAdd', [a, b], [gives(i8(3), [6, -2, 105])], {
    attrs: { multipliers: [51, 83], shifts: [7, 7], requantizeSum: true },
  }),
  nodeCase('difference', 'QSub', [a, b], [gives(i8(3), [0, -8, -90])], { attrs: factors }),
  nodeCase('the larger of two, rescaled', 'QMax', [a, b], [gives(i8(3), [4, 4, 127])], { attrs: factors }),
  nodeCase('the smaller of two, rescaled', 'QMin', [a, b], [gives(i8(3), [4, -4, 40])], { attrs: factors }),
  nodeCase('product', 'QMul', [a, b], [gives(i8(3), [0, 0, 79])], { attrs: { multipliers: [65], shifts: [13] } }),
  nodeCase('constant added', 'QAddConstant', [fed(i8(2), [10, -20])], [gives(i8(2), [20, -7])], {
    attrs: { constant: 1408, multipliers: [117], shifts: [7] },
  }),
  nodeCase('subtracted from a constant', 'QAddConstant', [fed(i8(2), [10, -20])], [gives(i8(2), [13, 38])], {
    attrs: { constant: 2688, operation: 'subtract-from', multipliers: [107], shifts: [7] },
  }),
  nodeCase('larger of code and number', 'QLimitConstant', [fed(i8(2), [10, -20])], [gives(i8(2), [10, 5])], {
    attrs: { constant: 5, operation: 'max' },
  }),
  nodeCase('scaled below zero', 'QLeakyRelu', [fed(i8(2), [-100, 50])], [gives(i8(2), [-10, 50])], {
    attrs: { multipliers: [51], shifts: [9] },
  }),
  ...(['i8', 'i16'] as const).map((dtype) => {
    const below: TensorType = { dtype, shape: [3], quant: { scale: 1, zeroPoint: -7, expressed: 'f32', saturate: [-9, -5] } }
    return nodeCase(
      `a ReLU at 0 where ${dtype} codes end below`,
      'QLeakyRelu',
      [fed({ dtype, shape: [3] }, [-8, 0, 3])],
      [gives(below, [-5, -5, -5])],
      {
        attrs: { relu: true },
      },
    )
  }),
  nodeCase(
    'a slope for each channel',
    'QPRelu',
    [fed(i8(1, 2, 1, 2), [-10, 5, -10, 7]), held(codes('i8', [1, 2, 1, 1]), [64, -32])],
    [gives(i8(1, 2, 1, 2), [-10, 5, 5, 7])],
    { attrs: { shifts: [6] } },
  ),
  nodeCase(
    'shifted down',
    'QAffine',
    [fed(i8(1, 2), [10, -20]), held(i8(1, 2), [65, 98]), held({ dtype: 'i16', shape: [1, 2] }, [96, 10]), held(i8(1, 2), [-6, -7])],
    [gives(i8(1, 2), [11, -16])],
    { attrs: { rounding: 'down' } },
  ),
  nodeCase('the sum of a window', 'QAveragePool', [fed(i8(1, 1, 3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9])], [gives(i8(1, 1, 1, 1), [13])], {
    attrs: { kernel_shape: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], multipliers: [19], shifts: [6] },
  }),
  nodeCase(
    'rescaled in real numbers',
    'QAveragePool',
    [fed(u8(1, 1, 3, 3), [1, 2, 3, 4, 5, 6, 7, 8, 9])],
    [gives(codes('i8', [1, 1, 1, 1], 1, -2), [21])],
    {
      attrs: { kernel_shape: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], scale: 0.5, offset: -2 },
    },
  ),
  nodeCase(
    'padding left out of the mean',
    'QAveragePool',
    [fed(i8(1, 1, 2, 2), [1, 2, 3, 4])],
    [gives(i8(1, 1, 3, 3), [4, 6, 8, 8, 10, 12, 12, 14, 16])],
    { attrs: { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1] } },
  ),
  nodeCase(
    'negative codes in the second half',
    'Lut',
    [
      fed(i8(4), [-128, -1, 0, 127]),
      held(
        i8(1, 1, 1, 256),
        Array.from({ length: 256 }, (_, i) => ((i * 7 + 3) << 24) >> 24),
      ),
    ],
    [gives(i8(4), [-125, -4, 3, 124])],
  ),
  nodeCase(
    'a table for each channel',
    'LutAxis',
    [
      fed(i8(2, 2, 2), [-128, -1, 0, 127, 5, -6, -128, -1]),
      held(
        i8(512),
        Array.from({ length: 512 }, (_, i) => ((i * 7 + 3 + (i >> 8)) << 24) >> 24),
      ),
    ],
    [gives(i8(2, 2, 2), [-125, -4, 4, 125, 38, -39, -124, -3])],
  ),
  nodeCase(
    'a table for each slice of the last axis, with wider entries',
    'LutAxis',
    [
      fed(u8(1, 2, 3), [0, 128, 255, 255, 0, 1]),
      held(
        codes('i16', [768]),
        Array.from({ length: 768 }, (_, i) => i * 3 - 300),
      ),
    ],
    [gives(codes('i16', [1, 2, 3]), [-300, 852, 2001, 465, 468, 1239])],
    { attrs: { axis: 2 } },
  ),
  nodeCase('halves up', 'Requantize', [fed(i32(3), [5, -5, 1000])], [gives(i8(3), [3, -2, 127])], {
    attrs: { multipliers: [1], shifts: [1] },
  }),
  nodeCase('halves away from zero', 'Requantize', [fed(i32(3), [5, -5, 1000])], [gives(i8(3), [3, -3, 127])], {
    attrs: { multipliers: [1], shifts: [1], rounding: 'half-away-from-zero' },
  }),
  nodeCase('products beyond 2^53', 'Requantize', [fed(i32(2), [2147483647, -2147483647])], [gives(i32(2), [1073741824, -1073741824])], {
    attrs: { multipliers: [1073741825], shifts: [31] },
  }),
  nodeCase('two roundings', 'Requantize', [fed(i32(1), [1000])], [gives(i32(1), [300])], {
    attrs: { multipliers: [1288490189], shifts: [1], requantize: 'quantized-multiplier', rounding: 'half-away-from-zero' },
  }),
  // Numbers stay what they are, also those that the other type does not hold.
  ...(
    [
      ['Reshape', { shape: [4] }],
      ['Transpose', { perm: [0] }],
      ['Reverse', { axis: 0 }],
      ['Slice', { starts: [0], ends: [4], steps: [1] }],
      ['Tile', { repeats: [1] }],
    ] as const
  ).flatMap(([op, attrs]) => {
    const last = op === 'Reverse' ? (list: readonly number[]) => list.toReversed() : (list: readonly number[]) => list
    return [
      nodeCase('codes of one sign as those of the other', op, [fed(i8(4), [0, 119, 5, 1])], [gives(u8(4), last([0, 119, 5, 1]))], {
        attrs,
      }),
      nodeCase('unsigned codes as signed ones', op, [fed(u8(4), [0, 119, 5, 1])], [gives(i8(4), last([0, 119, 5, 1]))], { attrs }),
      nodeCase('codes that the other sign does not hold', op, [fed(i8(4), [-7, 119, 5, 1])], [gives(u8(4), last([-7, 119, 5, 1]))], {
        attrs,
      }),
    ]
  }),
  nodeCase(
    'rows and planes without their padding',
    'StridedCopy',
    [fed(u8(1, 2, 1, 8), [1, 2, 0, 3, 4, 0, 0, 0, 5, 6, 0, 7, 255, 0, 0, 0])],
    [gives(u8(1, 2, 2, 2), [1, 2, 3, 4, 5, 6, 7, 255])],
    { attrs: { shape: [1, 2, 2, 2], inputStrides: [16, 8, 3, 1] } },
  ),
  nodeCase('elements several times', 'StridedCopy', [fed(i8(3), [-7, 0, 9])], [gives(i8(2, 2), [-7, 0, 0, 9])], {
    attrs: { shape: [2, 2], inputStrides: [1, 1] },
  }),
  nodeCase(
    'parameters of each slice',
    'RequantizeAxis',
    [fed(i32(1, 2, 1, 2), [5, -5, 7, -7]), held(i32(1, 2, 1, 3), [1, -1, 0, 3, -2, 1])],
    [gives(i8(1, 2, 1, 2), [3, -3, 6, -4])],
    { attrs: { rounding: 'half-away-from-zero' } },
  ),
  nodeCase(
    'parameters of each slice in pairs',
    'RequantizeAxis',
    // Minus the shift in the lower half, -1 and -2, and the zero point in the upper one.
    [fed(i32(1, 2, 1, 2), [5, -5, 7, -7]), held(i32(1, 2, 1, 2), [1, 0xffff, 3, 0xfffe | (-3 << 16)])],
    [gives(i8(1, 2, 1, 2), [3, -3, 2, -8])],
    { attrs: { rounding: 'half-away-from-zero' } },
  ),
  nodeCase(
    'a ReLU at the zero point of each slice',
    'RequantizeAxis',
    [fed(i32(1, 2, 1, 2), [5, -5, 7, -7]), held(i32(1, 2, 1, 3), [1, -1, 10, 3, -2, 20])],
    [gives(i8(1, 2, 1, 2), [13, 10, 25, 20])],
    { attrs: { rounding: 'half-away-from-zero', relu: true } },
  ),
  nodeCase(
    'a table of powers of two',
    'QSoftmax',
    [
      fed(i8(1, 3), [3, 2, 3]),
      held(
        f32(1, 1, 1, 256),
        Array.from({ length: 256 }, (_, i) => 2 ** -i),
      ),
    ],
    [gives(codes('u8', [1, 3], 1 / 255), [102, 51, 102])],
    { attrs: { axis: 1 } },
  ),
  nodeCase(
    'squares lose the digits that a half float has not',
    'QPixelNormalization',
    [fed(codes('i8', [1, 2, 1, 3], 0.18715080618858337), [46, 49, 0, 48, 51, 20])],
    [gives(f16(1, 2, 1, 3), [-0.70703125, -185.875, -1, 0.70703125, 185.875, 1])],
    { attrs: { epsilon: 1e-6 } },
  ),
  nodeCase(
    'squares beyond half floats, a factor and a bias for each channel',
    'QPixelNormalization',
    [fed(codes('u8', [1, 2, 1, 2], 0.0625), [0, 255, 8, 254]), held(f16(1, 2, 1, 1), [3, 0.5]), held(f16(1, 2, 1, 1), [0.25, -4])],
    [gives(f16(1, 2, 1, 2), [-2.75, 0.25, -3.5, -4])],
  ),
  nodeCase('above a number', 'QCompareConstant', [fed(i8(2), [3, 4])], [gives({ dtype: 'u8', shape: [2] }, [0, 1])], {
    attrs: { constant: 3, operation: 'Greater' },
  }),
  nodeCase('codes are compared', 'MaxPool', [fed(u8(1, 1, 2, 2), [200, 7, 9, 255])], [gives(u8(1, 1, 1, 1), [255])], {
    attrs: { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
  }),
  nodeCase('codes are copied', 'Concat', [fed(i8(1, 1), [-128]), fed(i8(1, 2), [1, 127])], [gives(i8(1, 3), [-128, 1, 127])], {
    attrs: { axis: 1 },
  }),
  nodeCase('codes are copied', 'Transpose', [fed(u8(1, 2, 2), [1, 2, 3, 255])], [gives(u8(1, 2, 2), [1, 3, 2, 255])], {
    attrs: { perm: [0, 2, 1] },
  }),
  nodeCase(
    'signed codes in an unsigned result',
    'Max',
    [fed(i8(3), [-5, 7, -128]), fed(i8(3), [-6, 100, -1])],
    [gives(u8(3), [0, 100, 0])],
  ),
  nodeCase('codes are compared', 'Max', [fed(i8(2), [-5, 7]), fed(i8(2), [-6, 100])], [gives(i8(2), [-5, 100])]),
]
