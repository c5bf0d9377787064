import type { Attrs, Graph, TensorType } from '../graph/types.ts'
import { elementCount, type Tensor } from '../tensor/tensor.ts'
import { dice } from './dice.ts'
import { codes, f16, f32, i32, node, type SmallValue, smallGraph, tensorOf } from './small-graph.ts'

/** A graph with random operands, on which two executors must agree. */
export interface ReferenceCase {
  readonly name: string
  readonly graph: Graph
  readonly feeds: ReadonlyMap<string, Tensor>
  /** 0 for integers; else how far floats may be apart, relative to their size or 1. */
  readonly tolerance: number
  /** How many results an executor that is not exact may have one step off. */
  readonly share: number
}

/** A source of integers, both ends included. */
function wholeDice(seed: number): (low: number, high: number) => number {
  const roll = dice(seed)
  return (low, high) => low + Math.floor(roll() * (high - low + 1))
}

const spans: Readonly<Record<string, readonly [number, number]>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-3000, 3000],
  i32: [-500000, 500000],
}

function randomNumbers(type: TensorType, roll: (low: number, high: number) => number): readonly number[] {
  const [low, high] = spans[type.dtype] ?? [-400, 400]
  const unit = spans[type.dtype] === undefined ? 128 : 1
  return Array.from({ length: elementCount(type.shape) }, () => roll(low, high) / unit)
}

/** One node whose first operand is fed and whose others are constants, except those named in `alsoFed`. */
function random(
  name: string,
  op: string,
  operands: readonly (TensorType | undefined)[],
  result: TensorType,
  attrs: Attrs,
  {
    alsoFed = [],
    tolerance = 0,
    share = 0.02,
    given = {},
  }: {
    readonly alsoFed?: readonly number[]
    readonly tolerance?: number
    readonly share?: number
    /** Elements of operands that are not random. */
    readonly given?: Readonly<Record<number, readonly number[]>>
  } = {},
): ReferenceCase {
  const roll = wholeDice(name.length * 7919 + operands.length)
  const values: Record<string, SmallValue> = { y: { type: result } }
  const feeds = new Map<string, Tensor>()
  const names = operands.map((type, i) => {
    if (type === undefined) return undefined
    const numbers = given[i] ?? randomNumbers(type, roll)
    const isFed = i === 0 || alsoFed.includes(i)
    values[`x${i}`] = { type, ...(isFed ? {} : { constant: numbers }) }
    if (isFed) feeds.set(`x${i}`, tensorOf(type, numbers))
    return `x${i}`
  })
  const graph = smallGraph({
    stage: tolerance === 0 ? 'quantized' : 'float',
    values,
    nodes: [node(op, names, ['y'], attrs)],
    outputs: ['y'],
  })
  return { name: `${op}: ${name}`, graph, feeds, tolerance, share }
}

const i8 = (...shape: readonly number[]) => codes('i8', shape, 0.05)
const u8 = (...shape: readonly number[]) => codes('u8', shape, 0.05)
const per = (count: number, base: number): readonly number[] => Array.from({ length: count }, (_, i) => base + 1237 * i)
const near = { tolerance: 1e-4 }
const exponentials = (step: number): readonly number[] => Array.from({ length: 256 }, (_, i) => Math.fround(Math.exp(-step * i)))
/** Operands of an attention from the weights on: projections of 24 channels to 8 and back to 12. */
const head = [i8(24, 8), i32(8), i8(24, 8), i32(8), i8(24, 8), undefined, i8(8, 12), i32(12), undefined, f32(1, 1, 1, 256)]
const headAttrs = {
  parameters: [23, 14, 3, 29, 14, -4, 17, 14, 0, 77, 14, 11, 99, 13, 5],
  scale: 0.35,
  headSize: 8,
}

/** Operators with the shapes that real networks have. */
export const executorReferenceCases: readonly ReferenceCase[] = [
  random('3 x 3, strides, signed', 'QConv', [i8(2, 8, 13, 11), i8(6, 8, 3, 3), i32(6)], i8(2, 6, 7, 6), {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    multipliers: per(6, 300000),
    shifts: [28, 28, 27, 28, 29, 28],
  }),
  random(
    '3 x 3, zero point, unsigned',
    'QConv',
    [codes('u8', [1, 8, 9, 9], 0.05, 117), i8(6, 8, 3, 3), i32(6)],
    codes('u8', [1, 6, 9, 9], 0.1, 100),
    { strides: [1, 1], pads: [1, 1, 1, 1], multipliers: per(6, 300000), shifts: [28] },
  ),
  random('1 x 1, ReLU', 'QConv', [u8(1, 33, 7, 5), i8(9, 33, 1, 1), i32(9)], u8(1, 9, 7, 5), {
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    multipliers: [500001],
    shifts: [28],
    relu: true,
  }),
  random('depthwise', 'QConv', [u8(1, 16, 10, 10), i8(16, 1, 3, 3), i32(16)], i8(1, 16, 10, 10), {
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    group: 16,
    multipliers: per(16, 3000000),
    shifts: [29],
  }),
  random('groups, dilations, lopsided padding', 'QConv', [i8(1, 8, 12, 9), i8(4, 4, 3, 2), undefined], i8(1, 4, 9, 8), {
    strides: [1, 1],
    pads: [1, 0, 0, 1],
    dilations: [2, 2],
    group: 2,
    multipliers: [700001],
    shifts: [28],
  }),
  random('plain sums', 'QConv', [i8(1, 8, 6, 6), i8(4, 8, 3, 3), i32(4)], i32(1, 4, 4, 4), {
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    requantize: 'none',
  }),
  random('strides', 'QConvTranspose', [i8(1, 6, 7, 7), i8(6, 4, 4, 4), i32(4)], i32(1, 4, 14, 14), {
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    requantize: 'none',
  }),
  random('constant weights', 'QMatMul', [u8(5, 70), i8(70, 12), i32(12)], i8(5, 12), { multipliers: [400001], shifts: [28] }),
  random(
    'two activations, batches',
    'QMatMul',
    [i8(3, 5, 20), i8(3, 20, 6)],
    i8(3, 5, 6),
    { multipliers: [900001], shifts: [28] },
    { alsoFed: [1] },
  ),
  // Kernels that add in real numbers round the sum once, where the definition rounds each operand.
  random(
    'broadcast',
    'QAdd',
    [i8(1, 5, 6, 7), i8(1, 5, 1, 1)],
    i8(1, 5, 6, 7),
    { multipliers: [93, 67], shifts: [7, 6] },
    { alsoFed: [1], share: 0.5 },
  ),
  random(
    'two activations',
    'QMul',
    [i8(1, 5, 6, 7), i8(1, 5, 6, 7)],
    i8(1, 5, 6, 7),
    { multipliers: [77], shifts: [13] },
    { alsoFed: [1] },
  ),
  random('windows at the border', 'QAveragePool', [i8(1, 5, 9, 9)], i8(1, 5, 5, 5), {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    multipliers: [19],
    shifts: [7],
  }),
  random('codes', 'MaxPool', [u8(1, 5, 9, 9)], u8(1, 5, 5, 5), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  random('to narrower codes', 'Requantize', [i32(4, 50)], codes('u8', [4, 50], 0.1, 77), { multipliers: [555557], shifts: [31] }),
  random('any code', 'Lut', [i8(4, 50), i8(1, 1, 1, 256)], i8(4, 50), {}),
  random('any code of each channel', 'LutAxis', [u8(2, 3, 5, 7), i8(1, 3, 1, 256)], i8(2, 3, 5, 7), {}),
  random('any code of each column', 'LutAxis', [i8(2, 3, 5, 7), u8(7, 256)], u8(2, 3, 5, 7), { axis: 3 }),
  random(
    'signed codes',
    'QSoftmax',
    [i8(3, 20, 2), f32(1, 1, 1, 256)],
    codes('i8', [3, 20, 2], 1 / 127, -128),
    { axis: 1 },
    { given: { 1: exponentials(0.03) } },
  ),
  random(
    'unsigned codes',
    'QSoftmax',
    [i8(3, 20), f32(1, 1, 1, 256)],
    codes('u8', [3, 20], 1 / 255),
    { axis: -1 },
    { given: { 1: exponentials(0.05) } },
  ),
  random('over itself', 'QAttention', [i8(2, 5, 24), undefined, undefined, ...head], i32(2, 5, 12), headAttrs, {
    given: { 12: exponentials(0.04) },
  }),
  random(
    'behind a mask',
    'QAttention',
    [i8(2, 5, 24), undefined, undefined, ...head.slice(0, -2), i32(2, 5, 5), head.at(-1)],
    i32(2, 5, 12),
    headAttrs,
    {
      alsoFed: [11],
      given: { 11: Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 255 : 0)), 12: exponentials(0.04) },
    },
  ),
  random('over other codes', 'QAttention', [u8(5, 24), i8(7, 24), undefined, ...head], i32(5, 12), headAttrs, {
    alsoFed: [1],
    given: { 12: exponentials(0.01) },
  }),
  random('float to codes', 'QuantizeLinear', [f32(4, 50)], codes('u8', [4, 50], 0.03, 119), { rounding: 'half-away-from-zero' }),
  random('codes to float', 'DequantizeLinear', [codes('i8', [4, 50], 0.03, 5)], f32(4, 50), {}),
  random('below zero', 'QLeakyRelu', [i8(4, 50)], i8(4, 50), { multipliers: [51], shifts: [9] }),
  random(
    '3 x 3, strides',
    'Conv',
    [f32(1, 4, 9, 9), f32(6, 4, 3, 3), f32(6)],
    f32(1, 6, 5, 5),
    { strides: [2, 2], pads: [1, 1, 1, 1] },
    near,
  ),
  random('broadcast batches', 'MatMul', [f32(2, 3, 5, 7), f32(3, 7, 4)], f32(2, 3, 5, 4), {}, { ...near, alsoFed: [1] }),
  random(
    'two heads and a mask',
    'Attention',
    [f32(2, 5, 6), undefined, undefined, f32(6, 8), f32(8), f32(6, 8), undefined, f32(6, 8), f32(8), f32(8, 7), f32(7), f32(1, 5, 5)],
    f32(2, 5, 7),
    { heads: 2, headSize: 4, scale: 0.1 },
    near,
  ),
  random('half floats', 'MatMul', [f16(5, 7), f16(7, 4)], f16(5, 4), {}, { tolerance: 2 ** -9, alsoFed: [1] }),
  random('the last axis', 'Softmax', [f32(3, 20)], f32(3, 20), { axis: -1 }, near),
  random('erf', 'Gelu', [f32(3, 20)], f32(3, 20), {}, near),
]
