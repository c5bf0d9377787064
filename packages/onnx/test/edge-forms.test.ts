import { verifyGraph } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { exportOnnx, importOnnx } from '../src/index.ts'
import { index, numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

const options = { logSeverityLevel: 4, graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 } as const
const odd: SmallConstant = { data: [-300.7, 129.5, 65_000.25, 2049, 0.1, -0.75, 255.9, -129], shape: [2, 4] }
const toEnd = 2 ** 31 - 1

interface EdgeCase {
  readonly x: SmallConstant
  readonly nodes: readonly SmallNode[]
  readonly constants?: Readonly<Record<string, SmallConstant>>
  readonly opset?: number
}

const elementTypes = { bfloat16: 16, float16: 10, int8: 3, uint8: 2, int16: 5, uint16: 4, int32: 6 }
const casts = Object.entries(elementTypes).map(([name, to]): [string, EdgeCase] => [
  `a Cast to ${name}`,
  {
    x: odd,
    nodes: [
      ['Cast', 'x', 'n', { to }],
      ['Cast', 'n', 'y', { to: 1 }],
    ],
  },
])
const between = ([from, to]: readonly [number, number]): [string, EdgeCase] => [
  `a Cast from type ${from} to type ${to}`,
  {
    x: odd,
    nodes: [
      ['Cast', 'x', 'm', { to: from }],
      ['Cast', 'm', 'n', { to }],
      ['Cast', 'n', 'y', { to: 1 }],
    ],
  },
]
const sliced = (starts: number, ends: number, steps: number): EdgeCase => ({
  x: numbers([5, 2]),
  nodes: [['Slice', 'x s e a t', 'y']],
  constants: { s: whole(starts), e: whole(ends), a: whole(0), t: whole(steps) },
})
const alone = (node: SmallNode, x: SmallConstant, constants: EdgeCase['constants'] = {}, opset = 18): EdgeCase => ({
  x,
  nodes: [node],
  constants,
  opset,
})
const infinities = { data: [Number.NEGATIVE_INFINITY, -2, 0.5, 3, Number.POSITIVE_INFINITY, Number.NaN] }
const number = { data: [1.5], shape: [] }

const cases: readonly (readonly [string, EdgeCase])[] = [
  ...casts,
  ...[
    [5, 3],
    [2, 3],
    [3, 2],
    [6, 10],
    [10, 16],
    [3, 5],
  ].map((types) => between(types as [number, number])),
  ['a Slice backwards to the end', sliced(3, toEnd, -1)],
  ['a Slice backwards over two to the end', sliced(-1, toEnd, -2)],
  ['a Slice backwards from before the beginning', sliced(-9, toEnd, -1)],
  ['a Slice forwards to the end', sliced(1, toEnd, 2)],
  ['a Squeeze of no axes', alone(['Squeeze', 'x a', 'y'], numbers([1, 3, 1]), { a: { data: [], shape: [0], dtype: 'i64' } })],
  ['a Transpose of a number', alone(['Transpose', 'x', 'y'], number)],
  ['an Expand of a number to a number', alone(['Expand', 'x s', 'y'], number, { s: { data: [], shape: [0], dtype: 'i64' } })],
  ['a Max of operands that grow', alone(['Max', 'x a b', 'y'], numbers([1]), { a: numbers([3, 1]), b: numbers([2, 3, 4]) })],
  ['a Sum of operands that grow', alone(['Sum', 'x a b', 'y'], number, { a: numbers([3]), b: numbers([2, 3]) })],
  ['a Tile by nothing', alone(['Tile', 'x r', 'y'], numbers([2, 3]), { r: whole(1, 0) })],
  [
    'averages beyond the padding',
    alone(
      ['AveragePool', 'x', 'y', { kernel_shape: [3, 3], strides: [3, 1], ceil_mode: 1, count_include_pad: 1 }],
      numbers([1, 1, 4, 4]),
      {},
      19,
    ),
  ],
  ['a Clip from below of infinities', alone(['Clip', 'x lo', 'y'], infinities, { lo: { data: [-1], shape: [] } })],
  ['a Clip from above of infinities', alone(['Clip', 'x - hi', 'y'], infinities, { hi: { data: [1], shape: [] } })],
  ['a Clip of infinities from zero', alone(['Clip', 'x lo', 'y'], infinities, { lo: { data: [0], shape: [] } })],
  [
    'a Clip of infinities from zero to infinity',
    alone(['Clip', 'x lo hi', 'y'], infinities, { lo: { data: [0], shape: [] }, hi: { data: [Number.POSITIVE_INFINITY], shape: [] } }),
  ],
  [
    'a Clip from zero of sums that overflow, and a ReLU of them',
    {
      x: infinities,
      nodes: [
        ['Add', 'x c', 'a'],
        ['Clip', 'a lo', 'b'],
        ['Add', 'x b', 's'],
        ['Relu', 's', 't'],
        ['Concat', 'b t', 'y', { axis: 0 }],
      ],
      constants: { c: { data: [0, 3.4e38, 3.4e38, 1, 1, 1] }, lo: { data: [0], shape: [] } },
    },
  ],
  ['a Clip of infinities without bounds', alone(['Clip', 'x', 'y'], infinities)],
  ['a Clip from above of infinities, before opset 11', alone(['Clip', 'x', 'y', { max: 1 }], infinities, {}, 10)],
  ...(
    [
      ['one of two', 'n x'],
      ['one of three', 'x n x'],
      ['all', 'n n'],
    ] as const
  ).map(([which, operands]): [string, EdgeCase] => [
    `a Concat whose operands have no elements, ${which} of them`,
    {
      x: numbers([2, 3]),
      nodes: [
        ['Slice', 'x s s a', 'n'],
        ['Concat', operands, 'c', { axis: 1 }],
        ['Neg', 'c', 'y'],
      ],
      constants: { s: whole(1), a: whole(1) },
    },
  ]),
  ['a running sum', alone(['CumSum', 'x a', 'y'], numbers([2, 3]), { a: index(-1) })],
]

/** The file of a case with `x` fed, or with `x` as a constant and an input that makes the result a computed one. */
function fileOf({ x, nodes, constants = {}, opset = 18 }: EdgeCase, isFed: boolean): Uint8Array {
  const shape = x.shape ?? [x.data.length]
  return isFed
    ? onnxFile({ inputs: { x: shape }, constants, nodes, outputs: 'y', opset })
    : onnxFile({ inputs: { one: [1] }, constants: { ...constants, x }, nodes: [...nodes, ['Mul', 'y one', 'z']], outputs: 'z', opset })
}

async function run(file: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>) {
  const session = await ort.InferenceSession.create(file, options)
  const result = (await session.run(feeds))[session.outputNames[0]!]!
  await session.release()
  const shape = result.dims.length === 0 ? [1] : result.dims
  // Zeros that integers have no sign for may have one.
  return { shape, elements: Array.from(result.data as Float32Array, (each) => Number(each) + 0) }
}

describe('what is at the edge of an ONNX operator is read as ONNX Runtime computes it', () => {
  it.each(cases)('%s', async (_, each) => {
    for (const isFed of [true, false]) {
      const { data, shape = [data.length] } = each.x
      const file = fileOf(each, isFed)
      const x = Float32Array.from(data)
      const feeds = isFed ? { x: new ort.Tensor('float32', x, [...shape]) } : { one: new ort.Tensor('float32', [1], [1]) }
      const ours = isFed ? { x: new ort.Tensor('float32', x, shape.length === 0 ? [1] : [...shape]) } : feeds
      expect(await run(exportOnnx(await importOnnx(file)), ours), isFed ? 'fed' : 'known').toEqual(await run(file, feeds))
    }
  })

  it('a number without axes that is given some makes a sound graph', async () => {
    for (const axes of [[0], [0, 1]]) {
      const nodes: readonly SmallNode[] = [
        ['ReduceMean', 'x', 'm', { keepdims: 0 }],
        ['Unsqueeze', 'm a', 'y'],
      ]
      const graph = await importOnnx(onnxFile({ inputs: { x: [2, 3] }, nodes, constants: { a: whole(...axes) }, outputs: 'y' }))
      verifyGraph(graph)
      expect(graph.values.get(graph.outputs[0]!)!.type.shape).toEqual(axes.map(() => 1))
    }
  })

  it('what float32 does not hold is refused by name: negative numbers as unsigned ones, counted padding with windows behind it', async () => {
    for (const to of [12, 13]) {
      const file = onnxFile({
        inputs: { x: [2] },
        nodes: [
          ['Cast', 'x', 'n', { to }],
          ['Cast', 'n', 'y', { to: 1 }],
        ],
        outputs: 'y',
      })
      await expect(importOnnx(file)).rejects.toMatchObject({
        code: 'ONNX_UNSUPPORTED',
        message: expect.stringContaining('a Cast of numbers'),
      })
    }
    const attrs = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 }
    const pool = onnxFile({ inputs: { x: [1, 1, 6, 6] }, nodes: [['AveragePool', 'x', 'y', attrs]], outputs: 'y' })
    await expect(importOnnx(pool)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED', message: expect.stringContaining('AveragePool') })
  })
})
