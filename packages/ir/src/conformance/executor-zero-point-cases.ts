import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { codes, f32, i32 } from './small-graph.ts'

const i8 = (shape: readonly number[], zeroPoint = 0) => codes('i8', shape, 1, zeroPoint)
const u8 = (shape: readonly number[], zeroPoint = 0) => codes('u8', shape, 1, zeroPoint)
const sliced = (dtype: 'i8' | 'u8', shape: readonly number[], axis: number, zeroPoints: readonly number[]) =>
  codes(dtype, shape, 1, 0, { axis, scales: zeroPoints.map(() => 1), zeroPoints })
const narrow = (shape: readonly number[], min: number, max: number, zeroPoint = 0) =>
  codes('i8', shape, 1, zeroPoint, { saturate: [min, max] })

const taken = { zeroPointInSum: false }
const sums = { requantize: 'none' }
const window = (pads: readonly number[]) => ({ strides: [1, 1], pads })

/** Zero points on every operand, and codes that use a part of their element type: what chips with asymmetric ranges compute. */
export const executorZeroPointCases: readonly ExecutorCase[] = [
  // Padded, the zero point taken off: 0 0 2 -2 0.
  nodeCase(
    'the zero point taken off, padding adds nothing',
    'QConv',
    [fed(i8([1, 1, 1, 3], 3), [3, 5, 1]), held(i8([1, 1, 1, 3]), [1, 2, -1])],
    [gives(i32(1, 1, 1, 3), [-2, 6, -2])],
    { attrs: { ...window([0, 1, 0, 1]), ...taken, ...sums } },
  ),
  // 10 * -1 + 20 * 0 + 40 * 1.
  nodeCase(
    'a zero point of the weights',
    'QConv',
    [fed(i8([1, 1, 1, 3]), [10, 20, 40]), held(u8([1, 1, 1, 3], 2), [1, 2, 3])],
    [gives(i32(1, 1, 1, 1), [30])],
    { attrs: { ...window([0, 0, 0, 0]), ...sums } },
  ),
  // As they are 10 20; taken off 9 19. Weights 1 3 and -1 1.
  ...[
    { name: 'in the sum', attrs: {}, wanted: [70, 10] },
    { name: 'taken off', attrs: taken, wanted: [66, 10] },
  ].map(({ name, attrs, wanted }) =>
    nodeCase(
      `a zero point for each filter, that of the operand ${name}`,
      'QConv',
      [fed(u8([1, 1, 1, 2], 1), [10, 20]), held(sliced('i8', [2, 1, 1, 2], 0, [4, 6]), [5, 7, 5, 7])],
      [gives(i32(1, 2, 1, 1), wanted)],
      { attrs: { ...window([0, 0, 0, 0]), ...attrs, ...sums } },
    ),
  ),
  // (9 * 1 + 19 * 3) * 3 / 8 = 24.75, and 10 * 5 / 4 = 12.5.
  nodeCase(
    'zero points everywhere, requantization by channel',
    'QConv',
    [fed(u8([1, 1, 1, 2], 1), [10, 20]), held(sliced('i8', [2, 1, 1, 2], 0, [4, 6]), [5, 7, 5, 7])],
    [gives(u8([1, 2, 1, 1], 100), [125, 113])],
    { attrs: { ...window([0, 0, 0, 0]), ...taken, multipliers: [3, 5], shifts: [3, 2] } },
  ),
  nodeCase(
    'a zero point of the weights, one filter for each channel',
    'QConv',
    [fed(u8([1, 2, 1, 2], 1), [2, 3, 4, 5]), held(u8([2, 1, 1, 2], 2), [3, 5, 0, 4])],
    [gives(i32(1, 2, 1, 1), [7, 2])],
    { attrs: { ...window([0, 0, 0, 0]), ...taken, ...sums, group: 2 } },
  ),
  nodeCase(
    'the zero point taken off, nothing between the elements',
    'QConvTranspose',
    [fed(u8([1, 1, 1, 2], 1), [5, 6]), held(u8([1, 1, 1, 2], 2), [3, 12])],
    [gives(i32(1, 1, 1, 4), [4, 40, 5, 50])],
    { attrs: { strides: [1, 2], pads: [0, 0, 0, 0], ...taken, ...sums } },
  ),
  nodeCase(
    'a zero point for each filter',
    'QConvTranspose',
    [fed(i8([1, 1, 1, 2]), [4, 5]), held(sliced('i8', [1, 2, 1, 2], 1, [0, 10]), [1, 10, 11, 12])],
    [gives(i32(1, 2, 1, 4), [4, 40, 5, 50, 4, 8, 5, 10])],
    { attrs: { strides: [1, 2], pads: [0, 0, 0, 0], ...sums } },
  ),
  // 2 4 times 0 1, 2 3.
  nodeCase(
    'both zero points taken off',
    'QMatMul',
    [fed(i8([1, 2], 1), [3, 5]), fed(i8([2, 2], 2), [2, 3, 4, 5])],
    [gives(i32(1, 2), [8, 14])],
    { attrs: { ...taken, ...sums } },
  ),
  nodeCase(
    'a zero point for each column',
    'QMatMul',
    [fed(i8([1, 2], 1), [3, 5]), held(sliced('u8', [2, 2], 1, [2, 3]), [2, 3, 4, 5]), held(i32(2), [1, -20])],
    [gives(i8([1, 2], 5), [10, -1])],
    { attrs: { ...taken, shifts: [1] } },
  ),
  // (10 * 65 + 96) / 64 and (-20 * 98 + 10) / 128, rounded down.
  nodeCase(
    'a zero point, shifts of the node',
    'QAffine',
    [fed(i8([1, 2], -2), [8, -22]), held(i8([1, 2]), [65, 98]), held(i32(1, 2), [96, 10])],
    [gives(i8([1, 2], 5), [16, -11])],
    { attrs: { ...taken, shifts: [6, 7], rounding: 'down' } },
  ),
  nodeCase(
    'a zero point of the scales',
    'QAffine',
    [fed(i8([1, 2]), [10, -20]), held(u8([1, 2], 35), [100, 133]), held(i32(1, 2), [96, 10]), held(i8([1, 2]), [-6, -7])],
    [gives(i8([1, 2]), [11, -16])],
    { attrs: { rounding: 'down' } },
  ),
  // -10 * 51 / 512 = -0.996.
  nodeCase('a zero point', 'QLeakyRelu', [fed(i8([2], 10), [0, 60])], [gives(i8([2], 3), [2, 53])], {
    attrs: { ...taken, multipliers: [51], shifts: [9] },
  }),
  nodeCase('a factor above zero too', 'QLeakyRelu', [fed(u8([2], 10), [0, 60])], [gives(i8([2], 3), [2, 28])], {
    attrs: { ...taken, multipliers: [51, 64], shifts: [9, 7] },
  }),
  nodeCase('a shift above zero too', 'QLeakyRelu', [fed(i8([2], 10), [0, 60])], [gives(i8([2], 3), [-2, 16])], {
    attrs: { ...taken, requantize: 'shift', shifts: [1, 2] },
  }),
  nodeCase('codes as they are', 'QLeakyRelu', [fed(i8([2], 10), [-100, 50])], [gives(i8([2], 3), [-10, 50])], {
    attrs: { multipliers: [51], shifts: [9] },
  }),
  nodeCase(
    'zero points of operand, slopes and result',
    'QPRelu',
    [fed(i8([1, 1, 1, 2], 1), [-9, 6]), held(i8([1, 1, 1, 1], 4), [36])],
    [gives(i8([1, 1, 1, 2], 2), [-3, 7])],
    { attrs: { ...taken, shifts: [6] } },
  ),
  nodeCase('zero points', 'QLimitConstant', [fed(i8([2], 10), [20, 0])], [gives(i8([2], -1), [9, 4])], {
    attrs: { constant: 5, operation: 'max' },
  }),
  // (10 * 117 + 1408) / 128 = 20.14 and (-20 * 117 + 1408) / 128 = -7.28.
  nodeCase('zero points', 'QAddConstant', [fed(u8([2], 30), [40, 10])], [gives(i8([2], 1), [21, -6])], {
    attrs: { ...taken, constant: 1408, multipliers: [117], shifts: [7] },
  }),
  nodeCase('zero points, subtracted from a constant', 'QAddConstant', [fed(i8([2], 1), [11, -19])], [gives(u8([2], 10), [23, 48])], {
    attrs: { ...taken, constant: 2688, operation: 'subtract-from', multipliers: [107], shifts: [7] },
  }),
  nodeCase(
    'zero points of window and result',
    'QAveragePool',
    [fed(i8([1, 1, 3, 3], 5), [6, 7, 8, 9, 10, 11, 12, 13, 14])],
    [gives(i8([1, 1, 1, 1], -3), [10])],
    { attrs: { kernel_shape: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], multipliers: [19], shifts: [6] } },
  ),
  nodeCase('zero points', 'QMul', [fed(i8([1], 2), [12]), fed(u8([1], 3), [8])], [gives(i8([1], 3), [28])], { attrs: { shifts: [1] } }),
  nodeCase('one factor for all operands', 'QAdd', [fed(i8([1], 2), [12]), fed(i8([1], -1), [5])], [gives(u8([1], 7), [15])], {
    attrs: { shifts: [1] },
  }),
  nodeCase('difference with zero points', 'QSub', [fed(i8([1], 2), [12]), fed(i8([1], -1), [5])], [gives(i8([1], 7), [9])], {
    attrs: { multipliers: [1, 2], shifts: [1, 2] },
  }),
  nodeCase('a factor for each slice of sums', 'Requantize', [fed(i32(1, 2, 1, 1), [5, 7])], [gives(i8([1, 2, 1, 1], 1), [4, 6])], {
    attrs: { multipliers: [1, 3], shifts: [1, 2] },
  }),
  nodeCase('a factor for each slice of codes', 'Requantize', [fed(i8([2, 2], 1), [6, 8, 11, -13])], [gives(i8([2, 2]), [3, 5, 5, -10])], {
    attrs: { multipliers: [1, 3], shifts: [1, 2], axis: -1 },
  }),
  nodeCase(
    'a scale and a zero point for each slice',
    'DequantizeLinear',
    [fed(codes('i8', [2, 2], 1, 0, { axis: 0, scales: [0.5, 2], zeroPoints: [1, -1] }), [3, 5, 3, 5])],
    [gives(f32(2, 2), [1, 2, 8, 12])],
  ),
  nodeCase(
    'a scale and a zero point for each slice',
    'QuantizeLinear',
    [fed(f32(2, 2), [1, 2, 8, 12])],
    [gives(codes('i8', [2, 2], 1, 0, { axis: 0, scales: [0.5, 2], zeroPoints: [1, -1] }), [3, 5, 3, 5])],
  ),
  ...(['half-to-even', 'half-away-from-zero', 'half-up'] as const).map((rounding) =>
    nodeCase(`-127 to 127, ${rounding}`, 'QuantizeLinear', [fed(f32(3), [-200, 200, 3])], [gives(narrow([3], -127, 127), [-127, 127, 3])], {
      attrs: { rounding },
    }),
  ),
  nodeCase('four bits', 'QuantizeLinear', [fed(f32(3), [100, -100, 3])], [gives(narrow([3], -8, 7, 1), [7, -8, 4])], {
    attrs: { rounding: 'half-away-from-zero' },
  }),
  nodeCase(
    'four bits',
    'QConv',
    [fed(i8([1, 1, 1, 3]), [100, -100, 3]), held(narrow([1, 1, 1, 1], -8, 7), [1])],
    [gives(narrow([1, 1, 1, 3], -8, 7), [7, -8, 3])],
    { attrs: window([0, 0, 0, 0]) },
  ),
  nodeCase(
    'four bits, ReLU at the zero point',
    'QMatMul',
    [fed(i8([3, 1]), [100, -100, 3]), held(i8([1, 1]), [1])],
    [gives(narrow([3, 1], -8, 7, -2), [7, -2, 1])],
    { attrs: { relu: true } },
  ),
  nodeCase('-127 to 127', 'QAdd', [fed(i8([2]), [-100, 100]), fed(i8([2]), [-100, 100])], [gives(narrow([2], -127, 127), [-127, 127])]),
  nodeCase('-127 to 127', 'Requantize', [fed(i8([2]), [-128, 5])], [gives(narrow([2], -127, 127), [-127, 5])]),
  nodeCase('-127 to 127, from sums', 'Requantize', [fed(i32(2), [-1000, 5])], [gives(narrow([2], -127, 127), [-127, 5])]),
  nodeCase('four bits', 'QMul', [fed(i8([2]), [-10, 10]), fed(i8([2]), [9, 9])], [gives(narrow([2], -8, 7), [-8, 7])]),
  nodeCase('four bits', 'QLeakyRelu', [fed(i8([2]), [-100, 50])], [gives(narrow([2], -8, 7), [-8, 7])], {
    attrs: { multipliers: [51], shifts: [9] },
  }),
  nodeCase(
    'codes other than 0 hold, negative ones too',
    'Where',
    [fed(i8([4]), [0, 1, -1, 0]), fed(i8([4]), [10, 20, 30, 40]), fed(i8([4]), [-10, -20, -30, -40])],
    [gives(i8([4]), [-10, 20, 30, -40])],
  ),
]
