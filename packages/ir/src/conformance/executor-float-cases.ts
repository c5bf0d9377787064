import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { executorFunctionCases } from './executor-function-cases.ts'
import { bf16, f16, f32 } from './small-graph.ts'

const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const four = fed(f32(1, 1, 2, 2), [1, 2, 3, 4])
const window = { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1] }
const near = { tolerance: 1e-5 }

/** Float operators on numbers that can be checked by hand. */
export const executorFloatCases: readonly ExecutorCase[] = [
  nodeCase(
    'pairs of neighbours, each by the sine and cosine of its own place',
    'Rope',
    [fed(f32(2, 4), [1, 2, 3, 4, -1, 0.5, 2, -3]), fed(f32(4), [1, 2, 0.5, 0.25]), fed(f32(1, 4), [3, 5, 2, 4])],
    [gives(f32(2, 4), [1, 12, 4, 16.75, -3.5, 0.5, 5.5, -11.5])],
  ),
  nodeCase(
    'padding, bias and ReLU',
    'Conv',
    [fed(f32(1, 1, 3, 3), nine), held(f32(1, 1, 3, 3), Array<number>(9).fill(1)), held(f32(1), [-20])],
    [gives(f32(1, 1, 3, 3), [0, 1, 0, 7, 25, 13, 4, 19, 8])],
    { attrs: { strides: [1, 1], pads: [1, 1, 1, 1], relu: true } },
  ),
  nodeCase(
    'groups, strides and dilations',
    'Conv',
    [fed(f32(1, 2, 1, 5), [1, 2, 3, 4, 5, 10, 20, 30, 40, 50]), held(f32(2, 1, 1, 2), [1, -1, 2, 1])],
    [gives(f32(1, 2, 1, 2), [-2, -2, 50, 110])],
    { attrs: { strides: [1, 2], pads: [0, 0, 0, 0], dilations: [1, 2], group: 2 } },
  ),
  nodeCase(
    'each element lays down the filter',
    'ConvTranspose',
    [four, held(f32(1, 1, 2, 2), [1, 10, 100, 1000]), held(f32(1), [1])],
    [gives(f32(1, 1, 4, 4), [2, 11, 3, 21, 101, 1001, 201, 2001, 4, 31, 5, 41, 301, 3001, 401, 4001])],
    { attrs: { strides: [2, 2], pads: [0, 0, 0, 0] } },
  ),
  nodeCase(
    'bias and ReLU',
    'MatMul',
    [fed(f32(2, 3), [1, 2, 3, 4, 5, 6]), held(f32(3, 2), [1, 0, 0, 1, 1, 1]), held(f32(2), [10, -20])],
    [gives(f32(2, 2), [14, 0, 20, 0])],
    { attrs: { relu: true } },
  ),
  nodeCase(
    'the right operand transposed',
    'MatMul',
    [fed(f32(2, 3), [1, 2, 3, 4, 5, 6]), fed(f32(2, 3), [1, 0, 1, 0, 1, 1])],
    [gives(f32(2, 2), [4, 5, 10, 11])],
    { attrs: { transB: true } },
  ),
  nodeCase(
    'operands broadcast',
    'Add',
    [fed(f32(2, 1, 2), [1, 2, 3, 4]), held(f32(2, 1), [10, 20])],
    [gives(f32(2, 2, 2), [11, 12, 21, 22, 13, 14, 23, 24])],
  ),
  nodeCase('a constant on the left', 'Sub', [held(f32(1), [1]), fed(f32(3), [1, 2, -3])], [gives(f32(3), [0, -1, 4])]),
  nodeCase('fused ReLU with a limit', 'Mul', [fed(f32(3), [1, 2, -3]), fed(f32(3), [2, 4, 1])], [gives(f32(3), [2, 6, 0])], {
    attrs: { relu: true, reluLimit: 6 },
  }),
  nodeCase('quotients', 'Div', [fed(f32(3), [1, 2, -3]), fed(f32(3), [2, 4, 2])], [gives(f32(3), [0.5, 0.5, -1.5])]),
  nodeCase('capped', 'Relu', [fed(f32(3), [-1, 2, 7])], [gives(f32(3), [0, 2, 6])], { attrs: { reluLimit: 6 } }),
  nodeCase('both bounds', 'Clip', [fed(f32(3), [-1, 0.5, 7])], [gives(f32(3), [0, 0.5, 1])], { attrs: { min: 0, max: 1 } }),
  nodeCase('slope below zero', 'LeakyRelu', [fed(f32(2), [-4, 4])], [gives(f32(2), [-1, 4])], { attrs: { alpha: 0.25 } }),
  nodeCase('the middle', 'Sigmoid', [fed(f32(3), [0, 1000, -1000])], [gives(f32(3), [0.5, 1, 0])], near),
  nodeCase('known values', 'Tanh', [fed(f32(3), [0, 0.5493061443340549, -50])], [gives(f32(3), [0, 0.5, -1])], near),
  nodeCase('known values', 'Erf', [fed(f32(3), [0, 1, -2])], [gives(f32(3), [0, 0.842700793, -0.995322265])], near),
  nodeCase(
    'padding never wins',
    'MaxPool',
    [fed(f32(1, 1, 2, 2), [-1, -2, -3, -4])],
    [gives(f32(1, 1, 3, 3), [-1, -1, -2, -1, -1, -2, -3, -3, -4])],
    { attrs: window },
  ),
  nodeCase(
    'minus infinity where a window has nothing else',
    'MaxPool',
    [fed(f32(1, 16, 1, 2), [...Array.from({ length: 30 }, () => -Infinity), -3.4028234663852886e38, -Infinity])],
    [gives(f32(1, 16, 1, 1), [...Array.from({ length: 15 }, () => -Infinity), -3.4028234663852886e38])],
    { attrs: { kernel_shape: [1, 2], strides: [1, 2], pads: [0, 0, 0, 0] } },
  ),
  nodeCase('padding left out', 'AveragePool', [four], [gives(f32(1, 1, 3, 3), [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4])], { attrs: window }),
  nodeCase('padding counted', 'AveragePool', [four], [gives(f32(1, 1, 3, 3), [0.25, 0.75, 0.5, 1, 2.5, 1.5, 0.75, 1.75, 1])], {
    attrs: { ...window, count_include_pad: true },
  }),
  nodeCase(
    'one and three quarters',
    'Softmax',
    [fed(f32(1, 2, 2), [0, 5, 1.0986122886681098, 5])],
    [gives(f32(1, 2, 2), [0.25, 0.5, 0.75, 0.5])],
    { attrs: { axis: 1 }, ...near },
  ),
  nodeCase(
    'mean and variance',
    'LayerNormalization',
    [fed(f32(1, 4), [1, 1, 3, 3]), held(f32(4), [1, 2, 1, 2]), held(f32(4), [0, 0, 0, 1])],
    [gives(f32(1, 4), [-1, -2, 1, 3])],
    { attrs: { axis: -1, epsilon: 1e-9 }, ...near },
  ),
  nodeCase('over two axes', 'ReduceMean', [fed(f32(1, 2, 2, 2), [1, 2, 3, 4, 5, 6, 7, 8])], [gives(f32(1, 2), [2.5, 6.5])], {
    attrs: { axes: [2, 3], keepdims: false },
  }),
  nodeCase('the same elements', 'Reshape', [fed(f32(2, 3), [1, 2, 3, 4, 5, 6])], [gives(f32(3, 2), [1, 2, 3, 4, 5, 6])], {
    attrs: { shape: [3, 2] },
  }),
  nodeCase('axes change places', 'Transpose', [fed(f32(2, 3), [1, 2, 3, 4, 5, 6])], [gives(f32(3, 2), [1, 4, 2, 5, 3, 6])], {
    attrs: { perm: [1, 0] },
  }),
  nodeCase('steps may be negative', 'Slice', [fed(f32(2, 4), [1, 2, 3, 4, 5, 6, 7, 8])], [gives(f32(1, 2), [8, 6])], {
    attrs: { starts: [1, 3], ends: [2, -1], steps: [1, -2] },
  }),
  nodeCase(
    'along an inner axis',
    'Concat',
    [fed(f32(2, 1), [1, 2]), fed(f32(2, 2), [3, 4, 5, 6])],
    [gives(f32(2, 3), [1, 3, 4, 2, 5, 6])],
    { attrs: { axis: 1 } },
  ),
  nodeCase('a constant border', 'Pad', [fed(f32(1, 2), [1, 2])], [gives(f32(2, 4), [9, 1, 2, 9, 9, 9, 9, 9])], {
    attrs: { pads: [0, 1, 1, 1], value: 9 },
  }),
  nodeCase('slices by index', 'Gather', [fed(f32(3, 2), [1, 2, 3, 4, 5, 6]), held(f32(2), [2, 0])], [gives(f32(2, 2), [5, 6, 1, 2])], {
    attrs: { axis: 0 },
  }),
  nodeCase('elements repeat', 'Upsample', [fed(f32(1, 1, 1, 2), [1, 2])], [gives(f32(1, 1, 2, 4), [1, 1, 2, 2, 1, 1, 2, 2])], {
    attrs: { scale_h: 2, scale_w: 2 },
  }),
  nodeCase(
    'a float16 sum is rounded once, ties to even',
    'Add',
    [fed(f16(3), [2048, 2048, 1]), held(f16(3), [1, 3, 0.5])],
    [gives(f16(3), [2048, 2052, 1.5])],
  ),
  nodeCase('a float16 sum left unrounded', 'Add', [fed(f16(2), [2048, 1]), held(f16(2), [1, 0.5])], [gives(f16(2), [2049, 1.5])], {
    attrs: { unrounded: true },
  }),
  nodeCase('a bfloat16 product is rounded once', 'Mul', [fed(bf16(2), [3, 129]), held(bf16(2), [1.5, 3])], [gives(bf16(2), [4.5, 388])]),
  nodeCase(
    'a float graph keeps integers as numbers without a fraction',
    'Cast',
    [fed(f32(4), [-1.75, 1.75, -3, 2.5])],
    [gives(f32(4), [-1, 1, -3, 2])],
    {
      attrs: { to: 'i32', rounding: 'toward-zero' },
    },
  ),
  nodeCase('to float16', 'Cast', [fed(f32(3), [2049, 65520, 0.5])], [gives(f16(3), [2048, Infinity, 0.5])], { attrs: { to: 'f16' } }),
  // 1 + 5/1024 is a float16 and no bfloat16.
  nodeCase('float16 to bfloat16 is a copy', 'Cast', [fed(f16(1), [1.0048828125])], [gives(bf16(1), [1.0048828125])], {
    attrs: { to: 'bf16' },
  }),
  ...executorFunctionCases,
]
