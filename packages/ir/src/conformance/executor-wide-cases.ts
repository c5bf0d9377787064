import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { bf16, codes, f32, i32 } from './small-graph.ts'

const i8 = (...shape: readonly number[]) => codes('i8', shape)
const i16 = (...shape: readonly number[]) => codes('i16', shape)
const u16 = (...shape: readonly number[]) => codes('u16', shape)
const i64 = (...shape: readonly number[]) => ({ dtype: 'i64', shape }) as const
const placed = { strides: [1, 1], pads: [0, 0, 0, 0] }
const whole = { requantize: 'none' }

/** Entry `i` is `7 i + 3` in 16 bits. */
const table16 = Array.from({ length: 65536 }, (_, i) => ((i * 7 + 3) << 16) >> 16)
const halves = Array.from({ length: 65536 }, (_, i) => 2 ** -Math.min(i, 200))

/** Codes, tables and sums of more than 8 and 32 bits, and the styles in which 16-bit floats and casts round. */
export const executorWideCases: readonly ExecutorCase[] = [
  nodeCase(
    '16-bit codes, 8-bit weights',
    'QConv',
    [fed(i16(1, 2, 1, 1), [30000, -20000]), held(i8(1, 2, 1, 1), [100, 100])],
    [gives(i32(1, 1, 1, 1), [1000000])],
    { attrs: { ...placed, ...whole } },
  ),
  // 4 * 30000 * 30000 = 3.6e9 does not fit 32 bits; / 2^17 = 27465.8.
  nodeCase(
    '16-bit weights, a sum beyond 32 bits',
    'QConv',
    [fed(i16(1, 4, 1, 1), [30000, 30000, 30000, 30000]), held(i16(1, 4, 1, 1), [30000, 30000, 30000, 30000])],
    [gives(i16(1, 1, 1, 1), [27466])],
    { attrs: { ...placed, shifts: [17] } },
  ),
  nodeCase(
    'zero points of 16-bit codes',
    'QConv',
    [fed(codes('u16', [1, 2, 1, 1], 1, 32768), [65535, 0]), held(codes('i16', [1, 2, 1, 1], 1, -5), [0, 5])],
    [gives(i64(1, 1, 1, 1), [5 * 32767 - 10 * 32768])],
    { attrs: { ...placed, ...whole, zeroPointInSum: false } },
  ),
  // 100 + 2^40, and that over 2^30.
  nodeCase(
    'a 64-bit bias',
    'QConv',
    [fed(i16(1, 1, 1, 1), [10]), held(i8(1, 1, 1, 1), [10]), held(i64(1), [2 ** 40])],
    [gives(i64(1, 1, 1, 1), [2 ** 40 + 100])],
    {
      attrs: { ...placed, ...whole },
    },
  ),
  nodeCase(
    'a 64-bit bias, requantized',
    'QConv',
    [fed(i8(1, 1, 1, 1), [10]), held(i8(1, 1, 1, 1), [10]), held(i64(1), [-(2 ** 40)])],
    [gives(i16(1, 1, 1, 1), [-1024])],
    {
      attrs: { ...placed, shifts: [30] },
    },
  ),
  // (2^53 + 1 - 0) / 2^40 is a hair above 8192: rounded up it is 8193, which no double notices.
  nodeCase(
    'a bias of more digits than a double',
    'QConv',
    [fed(i8(1, 1, 1, 1), [0]), held(i8(1, 1, 1, 1), [1]), held(i64(1), [9007199254740993n])],
    [gives(i16(1, 1, 1, 1), [8193])],
    { attrs: { ...placed, shifts: [40], rounding: 'up' } },
  ),
  nodeCase(
    'a bias of more digits than a double, two roundings',
    'QMatMul',
    [fed(i8(1, 1), [0]), held(i8(1, 1), [1]), held(i64(1), [9007199254740993n])],
    [gives(i32(1, 1), [4194304])],
    { attrs: { multipliers: [1], shifts: [0], requantize: 'quantized-multiplier' } },
  ),
  // 2^33 + 2^32 - 2^15 and -2^33, halved, over 2^18: 32 bits hold no half of these.
  nodeCase(
    'sums of more than 32 bits, two roundings',
    'QMatMul',
    [fed(i16(1, 1), [-32768]), held(i16(1, 2), [1, 0]), held(i64(2), [2 ** 33 + 2 ** 32, -(2 ** 33)])],
    [gives(i16(1, 2), [24576, -16384])],
    { attrs: { multipliers: [2 ** 30], shifts: [18], requantize: 'quantized-multiplier' } },
  ),
  nodeCase(
    'a 64-bit bias',
    'QConvTranspose',
    [fed(i16(1, 1, 1, 2), [4, 5]), held(i16(1, 1, 1, 2), [1000, 10000]), held(i64(1), [2 ** 33])],
    [gives(i64(1, 1, 1, 4), [2 ** 33 + 4000, 2 ** 33 + 40000, 2 ** 33 + 5000, 2 ** 33 + 50000])],
    { attrs: { strides: [1, 2], pads: [0, 0, 0, 0], ...whole } },
  ),
  nodeCase(
    '16-bit factors, a 64-bit bias',
    'QMatMul',
    [fed(i16(1, 2), [30000, 30000]), held(i16(2, 1), [30000, 30000]), held(i64(1), [2 ** 32])],
    [gives(i16(1, 1), [23250])],
    { attrs: { shifts: [18], rounding: 'down' } },
  ),
  nodeCase('saturation at 16 bits', 'QAdd', [fed(i16(2), [30000, -30000]), fed(i16(2), [30000, -30000])], [gives(i16(2), [32767, -32768])]),
  nodeCase('saturation at 16 unsigned bits', 'QSub', [fed(u16(2), [60000, 7]), fed(i16(2), [-10000, 8])], [gives(u16(2), [65535, 0])]),
  nodeCase(
    '32-bit sums saturate',
    'QAdd',
    [fed(i32(2), [2147483647, -2147483648]), fed(i32(2), [1, -1])],
    [gives(i32(2), [2147483647, -2147483648])],
  ),
  // (2147483647^2 + 1) / 2^31 is a hair above 2147483646: rounded up it is 2147483647, which no double notices.
  nodeCase(
    'a sum of products beyond 2^53, rounded once',
    'QAdd',
    [fed(i32(1), [2147483647]), fed(i32(1), [1])],
    [gives(i32(1), [2147483647])],
    {
      attrs: { multipliers: [2147483647, 1], shifts: [31], requantizeSum: true, rounding: 'up' },
    },
  ),
  nodeCase('16-bit factors', 'QMul', [fed(i16(1), [30000]), fed(i16(1), [30000])], [gives(i16(1), [27466])], { attrs: { shifts: [15] } }),
  // 4611686009837453315 / 2^31 = 2147483644.000000001.
  nodeCase('a product beyond 2^53', 'QMul', [fed(i32(1), [2147483647]), fed(i32(1), [2147483645])], [gives(i32(1), [2147483645])], {
    attrs: { shifts: [31], rounding: 'up' },
  }),
  nodeCase('16-bit codes', 'QAddConstant', [fed(i16(2), [1000, -2000])], [gives(i16(2), [925, -1817])], {
    attrs: { constant: 1408, multipliers: [117], shifts: [7] },
  }),
  nodeCase('requantized before the number', 'QAddConstant', [fed(i16(2), [1000, -1000])], [gives(i16(2), [307, -293])], {
    attrs: { constant: 7, multipliers: [1288490189], shifts: [1], requantize: 'quantized-multiplier', rounding: 'half-away-from-zero' },
  }),
  nodeCase('requantized before the number', 'QAddConstant', [fed(i8(2), [100, -100])], [gives(i8(2), [-23, 37])], {
    attrs: {
      constant: 7,
      operation: 'subtract-from',
      multipliers: [1288490189],
      shifts: [1],
      requantize: 'quantized-multiplier',
      rounding: 'half-away-from-zero',
    },
  }),
  nodeCase('16-bit codes', 'QLimitConstant', [fed(i16(2), [10000, -20000])], [gives(i16(2), [5000, -20000])], {
    attrs: { constant: 5000, operation: 'min' },
  }),
  nodeCase('16-bit codes', 'QLeakyRelu', [fed(i16(2), [-10000, 5000])], [gives(i16(2), [-996, 5000])], {
    attrs: { multipliers: [51], shifts: [9] },
  }),
  // (2^31 - 1)^2 has 62 bits: a double leaves out its last ones, and the 5 with them.
  nodeCase(
    'three operands that nearly cancel out',
    'QAdd',
    [fed(i32(1), [2147483647]), fed(i32(1), [5]), fed(i32(1), [-2147483647])],
    [gives(i32(1), [5])],
    { attrs: { multipliers: [2147483647, 1, 2147483647], shifts: [0] } },
  ),
  nodeCase(
    'two operands of 62 bits that nearly cancel out',
    'QSub',
    [fed(i32(1), [2147483647]), fed(i32(1), [2147483646])],
    [gives(i32(1), [1])],
    { attrs: { multipliers: [2147483647, 2 ** 30], shifts: [0, -1] } },
  ),
  nodeCase(
    '16-bit codes and slopes',
    'QPRelu',
    [fed(i16(1, 1, 2), [-10000, 5000]), held(i16(1, 1, 1), [20000])],
    [gives(i16(1, 1, 2), [-12207, 5000])],
    {
      attrs: { shifts: [14] },
    },
  ),
  nodeCase(
    '16-bit codes and scales',
    'QAffine',
    [fed(i16(1, 2), [10000, -20000]), held(i16(1, 2), [20000, 300]), held(i64(1, 2), [2 ** 33, 10])],
    [gives(i16(1, 2), [8382, -23438])],
    { attrs: { multipliers: [1, 2], shifts: [20, 9], rounding: 'down' } },
  ),
  nodeCase('16-bit codes', 'QAveragePool', [fed(i16(1, 1, 2, 2), [1000, 2000, 3000, 4000])], [gives(i16(1, 1, 1, 1), [2500])], {
    attrs: { kernel_shape: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], shifts: [2] },
  }),
  nodeCase(
    'an entry for each 16-bit code',
    'Lut',
    [fed(i16(4), [-32768, -1, 0, 32767]), held(i16(65536), table16)],
    [gives(i16(4), [-32765, -4, 3, 32764])],
  ),
  nodeCase(
    'an entry for each unsigned 16-bit code',
    'Lut',
    [fed(u16(3), [32768, 65535, 1]), held(i16(65536), table16)],
    [gives(i16(3), [-32765, -4, 10])],
  ),
  nodeCase(
    'an entry for each 16-bit code of each slice',
    'LutAxis',
    [fed(i16(2, 2), [-32768, 32767, -1, 0]), held(i16(2 * 65536), [...table16, ...table16.map((each) => each ^ 1)])],
    [gives(i16(2, 2), [-32765, 32764, -3, 2])],
    { attrs: { axis: 0 } },
  ),
  nodeCase(
    'an entry for each unsigned 16-bit code of each slice',
    'LutAxis',
    [fed(u16(1, 2, 1), [65535, 1]), held(i16(2 * 65536), [...table16, ...table16.map((each) => each ^ 1)])],
    [gives(i16(1, 2, 1), [-4, 11])],
  ),
  nodeCase(
    'a table of 65,536 powers of two',
    'QSoftmax',
    [fed(i16(1, 3), [3, 2, 3]), held(f32(65536), halves)],
    [gives(codes('u16', [1, 3], 1 / 65535), [26214, 13107, 26214])],
    { attrs: { axis: 1 } },
  ),
  nodeCase('16-bit codes', 'QCompareConstant', [fed(i16(2), [3000, 4000])], [gives({ dtype: 'u8', shape: [2] }, [0, 1])], {
    attrs: { constant: 3000, operation: 'Greater' },
  }),
  nodeCase('to 16 bits', 'Requantize', [fed(i32(3), [100001, -100001, 2147483647])], [gives(i16(3), [25000, -25000, 32767])], {
    attrs: { shifts: [2] },
  }),
  nodeCase(
    'from 16 bits',
    'Requantize',
    [fed(codes('u16', [3], 1, 32768), [32768, 65535, 0])],
    [gives(codes('u8', [3], 1, 128), [128, 255, 0])],
    { attrs: { shifts: [8] } },
  ),
  nodeCase(
    '16-bit codes of slices',
    'RequantizeAxis',
    [fed(i16(1, 2, 1), [5000, -7000]), held(i32(1, 2, 1, 3), [1, -1, 0, 3, -2, 1])],
    [gives(i16(1, 2, 1), [2500, -5249])],
    {
      attrs: { rounding: 'half-away-from-zero' },
    },
  ),
  ...(['half-to-even', 'half-away-from-zero'] as const).map((rounding) =>
    nodeCase(
      `16 bits, ${rounding}`,
      'QuantizeLinear',
      [fed(f32(3), [100, -1e6, 1e6])],
      [gives(codes('u16', [3], 0.25, 32768), [33168, 0, 65535])],
      {
        attrs: { rounding },
      },
    ),
  ),
  nodeCase('16 bits', 'DequantizeLinear', [fed(codes('u16', [3], 0.25, 32768), [33168, 0, 65535])], [gives(f32(3), [100, -8192, 8191.75])]),
  nodeCase('16-bit codes end at the zero point', 'Relu', [fed(i16(2), [-5, 20000])], [gives(i16(2), [0, 20000])]),
  nodeCase('16-bit codes below a limit', 'Relu', [fed(i16(2), [-5, 20000])], [gives(i16(2), [0, 600])], { attrs: { reluLimit: 600 } }),
  ...(
    [
      ['toward-zero', [1, -1, 2, -2]],
      ['half-away-from-zero', [2, -2, 3, -3]],
      ['half-to-even', [2, -2, 2, -2]],
      ['half-up', [2, -1, 3, -2]],
      ['half-down', [1, -2, 2, -3]],
      ['down', [1, -2, 2, -3]],
      ['up', [2, -1, 3, -2]],
    ] as const
  ).flatMap(([rounding, wanted]) =>
    (['float', 'quantized'] as const).map((stage) =>
      nodeCase(`${rounding}, in a ${stage} graph`, 'Cast', [fed(f32(4), [1.5, -1.5, 2.5, -2.5])], [gives(i32(4), wanted)], {
        stage,
        attrs: { to: 'i32', rounding },
      }),
    ),
  ),
  ...(['i8', 'u8', 'i16', 'u16'] as const).map((to) => {
    const wrapped = { i8: [44, -1, 127, 0], u8: [44, 255, 127, 0], i16: [300, -1, -129, 0], u16: [300, 65535, 65407, 0] }[to]
    const numbers = [300.9, -1.5, -129, 65536 * 7]
    return nodeCase(`what ${to} does not hold wraps`, 'Cast', [fed(f32(4), numbers)], [gives(f32(4), wrapped)], { attrs: { to } })
  }),
  nodeCase('toward zero unless the node says otherwise', 'Cast', [fed(f32(2), [1.9, -1.9])], [gives(i32(2), [1, -1])], {
    attrs: { to: 'i32' },
  }),
  // Between 1 and the next bfloat16, 1 + 2^-7, nearer to that; the largest float32 numbers round beyond all bfloat16 ones.
  ...(
    [
      ['flush', [1.0078125, Infinity]],
      ['round', [1.0078125, Infinity]],
      ['saturate', [1.0078125, 3.3895313892515355e38]],
      ['truncate', [1, 3.3895313892515355e38]],
    ] as const
  ).flatMap(([style, wanted]) => [
    nodeCase(`${style} bfloat16`, 'Cast', [fed(f32(2), [1.005859375, 3.4e38])], [gives(bf16(2), wanted)], {
      attrs: { to: 'bf16', bf16: style },
    }),
    nodeCase(`${style} bfloat16`, 'Add', [fed(f32(2), [1, 3.4e38]), held(f32(2), [0.005859375, 0])], [gives(bf16(2), wanted)], {
      attrs: { bf16: style },
    }),
  ]),
  // 1 / 0.3 is 3.328125 either way; times 3 it is 9.984375, between 9.9375 and 10.
  ...(['truncate', 'round'] as const).map((style) =>
    nodeCase(
      `codes of ${style} bfloat16`,
      'QuantizeLinear',
      [fed(bf16(1), [3])],
      [gives(codes('i8', [1], 0.3), [style === 'round' ? 10 : 9])],
      {
        attrs: { rounding: 'down', bf16: style },
      },
    ),
  ),
  nodeCase('subnormal bfloat16 numbers kept', 'Cast', [fed(f32(1), [1e-39])], [gives(bf16(1), [1.0101904577379033e-39])], {
    attrs: { to: 'bf16', bf16: 'saturate' },
  }),
]
