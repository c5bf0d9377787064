import { verifyGraph } from '@q/ir/graph'
import { readTop, writeTop } from '@q/mlir'
import { exportOnnx, importOnnx } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { onnxFile, type SmallConstant, type SmallNode } from '../packages/onnx/test/onnx-file.ts'

const options = { logSeverityLevel: 4, intraOpNumThreads: 1, graphOptimizationLevel: 'disabled' } as const

async function run(file: Uint8Array, x: readonly number[], shape: readonly number[]): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(file, options)
  const result = (await session.run({ x: new ort.Tensor('float32', Float32Array.from(x), [...shape]) }))[session.outputNames[0]!]!
  await session.release()
  return Array.from(result.data as Float32Array, Number)
}

const f = Math.fround
const number = (value: number): SmallConstant => ({ data: [f(value)], shape: [] })
const list = (values: readonly number[], shape: readonly number[] = [values.length]): SmallConstant => ({ data: values.map(f), shape })
const each = (value: number): SmallConstant => list([value, value * 1.25, value * 1.5, value * 1.75])
/** For each place of axis 1 of a plane. */
const channels = (value: number): SmallConstant => list(each(value).data, [4, 1, 1])

const row = [0.3, -1.7, 2.5, 7.1]
/** `title, nodes, constants, operators` and the operand where it is another one than `row`. */
type Case = readonly [
  title: string,
  nodes: readonly SmallNode[],
  constants: Readonly<Record<string, SmallConstant>>,
  ops: string,
  x?: { readonly data: readonly number[]; readonly shape: readonly number[] },
]

const both = (op: string): readonly SmallNode[] => [
  [op, 'x a', 'm'],
  [op, 'm b', 'y'],
]
const plane = { data: [0.3, -1.7, 2.5, 7.1, 1.2, -0.4, 0.9, 3.3], shape: [1, 4, 2, 1] }
const pointwise = (value: number): SmallConstant => ({
  data: Array.from({ length: 16 }, (_, i) => f(value * (1 + (i % 5)))),
  shape: [4, 4, 1, 1],
})
const unit: SmallConstant = { data: Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0)), shape: [4, 4, 1, 1] }
const matrix = (value: number): SmallConstant => ({ data: Array.from({ length: 12 }, (_, i) => f(value * (i - 5.5))), shape: [4, 3] })
const scaled = (nodes: string): readonly SmallNode[] => [
  [nodes, 'x w', 'm'],
  ['Mul', 'm a', 'y'],
]
const affine = (value: number) => ({ a: channels(value), c: channels(1), b: channels(-value) })
const magic = 1.5 * 2 ** 23

const ordinary: readonly Case[] = [
  ['terms', both('Add'), { a: each(0.5), b: each(-0.25) }, 'Add'],
  ['terms that cancel but for little', both('Add'), { a: each(0.5), b: list([-0.4999, -0.624, -0.751, -0.9]) }, 'Add'],
  ['terms, one minus infinite', both('Add'), { a: each(0.5), b: list([0, Number.NEGATIVE_INFINITY, 0, 1]) }, 'Add'],
  ['lists of factors', both('Mul'), { a: each(255), b: each(1 / 255) }, 'Mul'],
  ['factors, some nearly 0', both('Mul'), { a: list([1, 1e-39, 1, 0]), b: each(0.5) }, 'Mul'],
  ['numbers', both('Mul'), { a: number(255), b: number(1 / 127) }, 'Mul'],
  ['divisors', both('Div'), { a: each(58.4), b: each(0.017) }, 'Mul'],
  ['a product with a constant', scaled('MatMul'), { w: matrix(0.1), a: number(0.125) }, 'MatMul'],
  ['a convolution', scaled('Conv'), { w: pointwise(0.1), a: number(0.125) }, 'Conv', plane],
  [
    'convolutions',
    [
      ['Conv', 'x w b', 'm'],
      ['Conv', 'm w c', 'y'],
    ],
    { w: pointwise(0.1), b: each(0.5), c: each(-0.6) },
    'Conv',
    plane,
  ],
  [
    'steps for each channel',
    [
      ['Mul', 'x a', 'm'],
      ['Add', 'm c', 'n'],
      ['Mul', 'n c', 'o'],
      ['Add', 'o b', 'y'],
    ],
    affine(0.3),
    'Affine',
    plane,
  ],
  [
    'a factor of nearly 1',
    [
      ['Abs', 'x', 'm'],
      ['Mul', 'm a', 'y'],
    ],
    { a: number(1 + 2 ** -19) },
    'Abs',
  ],
]

const atTheEnds: readonly Case[] = [
  ['rounding by a list', both('Add'), { a: each(magic), b: each(-magic) }, 'Add Add'],
  ['rounding to small steps', both('Add'), { a: each(magic / 256), b: each(-magic / 256) }, 'Add Add'],
  ['rounding by numbers', both('Add'), { a: number(magic), b: number(-magic) }, 'Add Add'],
  ['rounding for each channel', both('Add'), { a: channels(magic), b: channels(-magic) }, 'Affine Affine', plane],
  ['rounding by a number in front of steps for each channel', both('Add'), { a: number(magic), b: channels(-magic) }, 'Add Affine', plane],
  [
    'rounding between factors for each channel',
    [
      ['Mul', 'x a', 'm'],
      ['Add', 'm b', 'n'],
      ['Mul', 'n a', 'o'],
      ['Sub', 'o c', 'y'],
    ],
    {
      a: channels(0.5),
      b: channels(magic),
      c: list(
        each(magic).data.map((b, i) => f(b * f(0.5 * (1 + i / 4)))),
        [4, 1, 1],
      ),
    },
    'Affine Affine Sub',
    plane,
  ],
  [
    'rounding to multiples of a step for each channel',
    [
      ['Div', 'x a', 'm'],
      ['Add', 'm b', 'n'],
      ['Sub', 'n b', 'o'],
      ['Mul', 'o a', 'y'],
    ],
    { a: channels(0.01), b: channels(magic) },
    'Affine Sub Affine',
    plane,
  ],
  [
    'rounding behind a product with a constant, times a number',
    [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm b', 'n'],
      ['Mul', 'n a', 'o'],
      ['Sub', 'o c', 'y'],
    ],
    { w: matrix(0.3), b: list([magic, magic, magic]), a: number(0.3), c: list([1, 1, 1.01].map((k) => k * f(magic * f(0.3)))) },
    'MatMul Mul Sub',
    { data: [...row, ...row], shape: [2, 4] },
  ],
  [
    'rounding by the bias of a convolution',
    [
      ['Conv', 'x w b', 'm'],
      ['Conv', 'm w c', 'y'],
    ],
    { w: unit, b: each(magic), c: each(-magic) },
    'Conv Conv',
    plane,
  ],
  [
    'rounding by the bias of a product',
    [
      ['MatMul', 'x w', 'm'],
      ['Add', 'm b', 'n'],
      ['Add', 'n c', 'y'],
    ],
    { w: matrix(0.3), b: list([magic, magic, magic]), c: list([-magic, -magic, -magic * 1.25]) },
    'MatMul Affine',
    { data: [...row, ...row], shape: [2, 4] },
  ],
  [
    'terms that overflow',
    both('Add'),
    { a: each(1.6e38), b: each(1.6e38) },
    'Add Add',
    { data: [-1.9e38, -1.9e38, -1.9e38, -1.9e38], shape: [1, 4] },
  ],
  [
    'lists of factors that overflow',
    [
      ['Mul', 'x t', 's'],
      ['Mul', 's a', 'm'],
      ['Mul', 'm b', 'y'],
    ],
    { t: list([1e-30, 1e-30, 1e-25, 1e-26]), a: each(1e25), b: each(1e20) },
    'Mul Mul Mul',
  ],
  [
    'factors that are lost',
    [
      ['Mul', 'x a', 'm'],
      ['Mul', 'm a', 'n'],
      ['Mul', 'n b', 'y'],
    ],
    { a: each(1e-25), b: each(1e30) },
    'Mul Mul Mul',
    { data: row.map((v) => v * 1e20), shape: [1, 4] },
  ],
  [
    'numbers that overflow',
    both('Mul'),
    { a: number(1e25), b: number(1e20) },
    'Mul Mul',
    { data: row.map((v) => v * 1e-30), shape: [1, 4] },
  ],
  ['a product that overflows', scaled('MatMul'), { w: matrix(1e20), a: number(1e20) }, 'MatMul Mul'],
  ['a convolution that overflows', scaled('Conv'), { w: pointwise(1e20), a: number(1e20) }, 'Conv Mul', plane],
  [
    'a product behind a Reshape',
    [
      ['MatMul', 'x w', 'm'],
      ['Reshape', 'm s', 'r'],
      ['Mul', 'r a', 'y'],
    ],
    { w: matrix(1e20), a: number(1e20), s: { data: [3], dtype: 'i64' } },
    'MatMul Reshape Mul',
  ],
  ['a Gemm', [['Gemm', 'x w b', 'y', { alpha: 1e20, beta: 1 }]], { w: matrix(1e20), b: list([1, 2, 3]) }, 'MatMul Mul Add'],
  [
    'a Gemm turned round',
    [['Gemm', 'x w b', 'y', { alpha: 1e20, beta: 1, transB: 1 }]],
    { w: { ...matrix(1e20), shape: [3, 4] }, b: list([1, 2, 3]) },
    'MatMul Mul Add',
  ],
  [
    'a list of divisors without reciprocals',
    [['Div', 'x a', 'y']],
    { a: each(1e-39) },
    'Div',
    { data: row.map((v) => v * 0.01), shape: [1, 4] },
  ],
  ['a divisor without reciprocal', [['Div', 'x a', 'y']], { a: number(1e-39) }, 'Div', { data: row.map((v) => v * 0.01), shape: [1, 4] }],
  [
    'a divisor whose reciprocal is cut short',
    [['Div', 'x a', 'y']],
    { a: number(3e38) },
    'Div',
    { data: row.map((v) => v * 1e35), shape: [1, 4] },
  ],
  [
    'a list of such divisors',
    [['Div', 'x a', 'y']],
    { a: list([3e38, 1, 3e38, 2]) },
    'Div',
    { data: row.map((v) => v * 1e35), shape: [1, 4] },
  ],
  [
    'equal ones',
    [['Div', 'x a', 'y']],
    { a: list([1e-39, 1e-39, 1e-39, 1e-39]) },
    'Div',
    { data: row.map((v) => v * 0.01), shape: [1, 4] },
  ],
  ['a divisor of 0', [['Div', 'x a', 'y']], { a: number(0) }, 'Mul', { data: [1, -1, 0, 2], shape: [1, 4] }],
  ['zeros of both signs', [['Div', 'x a', 'y']], { a: list([0, -0, 0, -0]) }, 'Mul', { data: [1, 1, -1, -1], shape: [1, 4] }],
  [
    'a factor that is no number',
    [
      ['Abs', 'x', 'm'],
      ['Mul', 'm a', 'y'],
    ],
    { a: number(Number.NaN) },
    'Abs Mul',
  ],
  [
    'a factor near 1',
    [
      ['Abs', 'x', 'm'],
      ['Mul', 'm a', 'y'],
    ],
    { a: number(1.000015) },
    'Abs Mul',
  ],
  [
    'a divisor near 1',
    [
      ['Abs', 'x', 'm'],
      ['Div', 'm a', 'y'],
    ],
    { a: number(1.000015) },
    'Abs Mul',
  ],
  [
    'a factor near that of a pattern',
    [
      ['Div', 'x r', 'd'],
      ['Erf', 'd', 'e'],
      ['Add', 'e o', 's'],
      ['Mul', 'x s', 'm'],
      ['Mul', 'm h', 'y'],
    ],
    { r: number(Math.SQRT2), o: number(1), h: number(0.50004) },
    'Mul Erf Add Mul Mul',
  ],
  [
    'a term near that of a pattern',
    [
      ['Add', 'x t', 's'],
      ['Clip', 's z l', 'c'],
      ['Div', 'c l', 'y'],
    ],
    { t: number(3.0002), z: number(0), l: number(6) },
    'Add Mul',
  ],
  [
    'a normalization that overflows',
    [
      ['Conv', 'x w', 'm'],
      ['BatchNormalization', 'm g o o v', 'y', { epsilon: 0 }],
    ],
    { w: pointwise(1e20), g: each(1e25), o: list([0, 0, 0, 0]), v: list([1, 1, 1, 1]) },
    'Conv Affine',
    { data: plane.data.map((v) => v * 1e-20), shape: plane.shape },
  ],
]

async function check([, nodes, constants, ops, x = { data: row, shape: [1, 4] }]: Case): Promise<void> {
  const file = onnxFile({ inputs: { x: x.shape }, nodes, constants, outputs: 'y' })
  const graph = await importOnnx(file)
  verifyGraph(graph)
  const { text, weights } = writeTop(graph)
  const wanted = await run(file, x.data, x.shape)
  for (const each of [graph, readTop(text, weights)]) {
    const found = await run(exportOnnx(each), x.data, x.shape)
    found.forEach((value, i) => {
      const close = Object.is(value, wanted[i]) || value === wanted[i] || Math.abs(value - wanted[i]!) <= 1e-5 * Math.abs(wanted[i]!)
      expect(close, `${i}: ${value}, wanted ${wanted[i]}`).toBe(true)
    })
  }
  expect(graph.nodes.map(({ op }) => op).join(' ')).toBe(ops)
}

describe('constants that follow each other are one, as in TPU-MLIR 1.30.2', () => {
  it.each(ordinary)('%s', async (...each) => check(each as unknown as Case))
})

describe('constants stay apart where one would compute something else', () => {
  it.each(atTheEnds)('%s', async (...each) => check(each as unknown as Case))
})
