import { integerRange } from '../number/saturate.ts'
import { type ExecutorCase, fed, gives, held, nodeCase } from './executor-case.ts'
import { bf16, codes, f16, f32, i32, node, smallGraph } from './small-graph.ts'

const codeTypes = ['i8', 'u8', 'i16', 'u16'] as const
const roundings = ['half-up', 'half-away-from-zero', 'half-to-even', 'half-down', 'toward-zero', 'down', 'up']
const extremes = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 0, -0]
/** What {@link extremes} become between two codes. */
const ends = (min: number, max: number, zero: number): readonly number[] => [min, max, min, max, min, zero, zero]

/** Numbers that are none, endless, larger than any code or next to nothing. */
const toCodes: readonly ExecutorCase[] = codeTypes.flatMap((dtype) => {
  const { min, max } = integerRange(dtype)
  return [
    ...roundings.map((rounding) =>
      nodeCase(
        `no number, infinities and huge numbers to ${dtype}, rounded ${rounding}`,
        'QuantizeLinear',
        [fed(f32(7), extremes)],
        [gives(codes(dtype, [7], 0.25, 3), ends(min, max, 3))],
        { attrs: { rounding } },
      ),
    ),
    nodeCase(
      `no number, infinities and huge numbers to some of the codes of ${dtype}`,
      'QuantizeLinear',
      [fed(f32(7), extremes)],
      [gives(codes(dtype, [7], 0.25, 3, { saturate: [1, 100] }), ends(1, 100, 3))],
      { attrs: { rounding: 'half-away-from-zero' } },
    ),
    nodeCase(
      `no number, infinities and huge numbers to ${dtype}, scales of their own`,
      'QuantizeLinear',
      [fed(f32(2, 7), [...extremes, ...extremes])],
      [gives(codes(dtype, [2, 7], 1, 3, { axis: 0, scales: [0.25, 2], zeroPoints: [3, 5] }), [...ends(min, max, 3), ...ends(min, max, 5)])],
    ),
    // 1 / 1e30 is 0 in float16, and infinity times 0 no number.
    nodeCase(
      `infinity times nothing to ${dtype}`,
      'QuantizeLinear',
      [fed(f16(3), [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1])],
      [gives(codes(dtype, [3], 1e30, 3), [min, min, 3])],
    ),
  ]
})

/** Attributes that every operator has may stand at copies too, which make no numbers. */
const copied: readonly ExecutorCase[] = (
  [{ bf16: 'flush' }, { bf16: 'round' }, { bf16: 'saturate' }, { bf16: 'truncate' }, { unrounded: true }] as const
).flatMap((attrs) => {
  const x = fed(bf16(1, 2), [2, -3])
  const place = held(i32(1, 2), [1, 0])
  const told = Object.values(attrs).join()
  return [
    nodeCase(`beside ${told}`, 'GatherElements', [x, place], [gives(bf16(1, 2), [-3, 2])], { attrs: { axis: 1, ...attrs } }),
    nodeCase(`beside ${told}`, 'ScatterElements', [x, place, held(bf16(1, 2), [5, 6])], [gives(bf16(1, 2), [6, 5])], {
      attrs: { axis: 1, ...attrs },
    }),
    nodeCase(`beside ${told}`, 'GatherND', [x, held(i32(1, 2), [0, 1])], [gives(bf16(1), [-3])], { attrs }),
    nodeCase(`beside ${told}`, 'ScatterND', [x, held(i32(1, 2), [0, 1]), held(bf16(1), [5])], [gives(bf16(1, 2), [2, 5])], { attrs }),
  ]
})

const least = 2 ** -126
const around = [0.4 * least, -0.4 * least, 0.999 * least, -0.999 * least, least, -1.5 * least, Number.NaN, Number.NEGATIVE_INFINITY]
const flushed = [0, -0, least, -least, least, -1.5 * least, Number.NaN, Number.NEGATIVE_INFINITY]

/** Below 2^-126 bfloat16 numbers are zero in the style that is used unless another is asked for; float16 has its subnormals. */
const subnormal: readonly ExecutorCase[] = [
  nodeCase('subnormals become zero after they were rounded', 'Cast', [fed(f32(8), around)], [gives(bf16(8), flushed)], {
    attrs: { to: 'bf16' },
  }),
  nodeCase(
    'subnormals are kept where the style says so',
    'Cast',
    [fed(f32(2), [0.5 * least, -0.25 * least])],
    [gives(bf16(2), [0.5 * least, -0.25 * least])],
    { attrs: { to: 'bf16', bf16: 'round' } },
  ),
  nodeCase(
    'a difference below 2^-126',
    'Sub',
    [fed(bf16(2), [1.5 * least, 3 * least]), held(bf16(1), [least])],
    [gives(bf16(2), [0, 2 * least])],
  ),
  nodeCase(
    'a sum below 2^-126',
    'Add',
    [fed(bf16(2), [1.5 * least, 3 * least]), held(bf16(1), [-least])],
    [gives(bf16(2), [0, 2 * least])],
  ),
  nodeCase(
    'products around 2^-126',
    'Mul',
    [fed(bf16(3), [2 ** -67, -(2 ** -67), 2 ** -66]), held(bf16(1), [2 ** -60])],
    [gives(bf16(3), [0, -0, least])],
  ),
  nodeCase(
    'products around 2^-126',
    'MatMul',
    [fed(bf16(2, 1), [2 ** -67, 2 ** -66]), held(bf16(1, 1), [2 ** -60])],
    [gives(bf16(2, 1), [0, least])],
  ),
  nodeCase(
    'products around 2^-126',
    'Conv',
    [fed(bf16(1, 1, 1, 2), [2 ** -67, 2 ** -66]), held(bf16(1, 1, 1, 1), [2 ** -60])],
    [gives(bf16(1, 1, 1, 2), [0, least])],
    { attrs: { strides: [1, 1], pads: [0, 0, 0, 0] } },
  ),
  nodeCase(
    'codes whose scale is below 2^-126',
    'DequantizeLinear',
    [fed(codes('i8', [3], 2 ** -130), [1, 100, -1])],
    [gives(bf16(3), [0, 0, 0])],
  ),
  {
    name: 'QuantizeLinear: what was flushed is code 0 also upward',
    graph: smallGraph({
      values: { a: { type: f32(3) }, x: { type: bf16(3) }, y: { type: codes('u8', [3], 0.01, 40) } },
      nodes: [node('Cast', ['a'], ['x'], { to: 'bf16' }), node('QuantizeLinear', ['x'], ['y'], { rounding: 'up' })],
      outputs: ['y'],
    }),
    feeds: { a: [0.5 * least, -0.5 * least, 0.001] },
    wanted: { y: [40, 40, 41] },
  },
  nodeCase(
    'float16 keeps its subnormals',
    'Cast',
    [fed(f32(4), [1e-7, 6e-8, 2e-8, -4e-8])],
    [gives(f16(4), [2 ** -23, 2 ** -24, 0, -(2 ** -24)])],
    { attrs: { to: 'f16' } },
  ),
]

/** What is no number, endless, too large or next to nothing. */
export const executorSpecialCases: readonly ExecutorCase[] = [...toCodes, ...copied, ...subnormal]
