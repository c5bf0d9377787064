import { elementCount, valueOf } from '@q/ir'
import { verifyGraph } from '@q/ir/graph'
import { readTop, writeTop } from '@q/mlir'
import { exportOnnx, importOnnx } from '@q/onnx'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { numbers, onnxFile, type SmallConstant, type SmallNode } from '../packages/onnx/test/onnx-file.ts'

const options = { logSeverityLevel: 4, intraOpNumThreads: 1 } as const

async function run(file: Uint8Array, feeds: Readonly<Record<string, ort.Tensor>>): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(file, options)
  const result = (await session.run(feeds))[session.outputNames[0]!]!
  await session.release()
  return result
}

/** Imports a network, writes and reads it as a Top file, and compares what that computes with what the file does. */
async function check(shape: readonly number[], nodes: readonly SmallNode[], constants: Readonly<Record<string, SmallConstant>>) {
  const file = onnxFile({ inputs: { x: shape }, nodes, constants, outputs: 'y' })
  const graph = await importOnnx(file)
  verifyGraph(graph)
  const { text, weights } = writeTop(graph)
  const read = readTop(text, weights)
  verifyGraph(read)
  const feeds = (dims: readonly number[]) => ({ x: new ort.Tensor('float32', Float32Array.from(numbers(shape).data), [...dims]) })
  const wanted = await run(file, feeds(shape))
  const found = await run(exportOnnx(read), feeds(shape.length === 0 ? [1] : shape))
  expect(valueOf(read, read.outputs[0]!).type.shape).toEqual(wanted.dims.length === 0 ? [1] : wanted.dims)
  const [a, b] = [found, wanted].map(({ data }) => Array.from(data as Float32Array, Number)) as [number[], number[]]
  a.forEach((each, i) => {
    expect(Math.abs(each - b[i]!), `${i}: ${each}, wanted ${b[i]}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(b[i]!)))
  })
}

const told = (error: unknown): string => {
  const { message, found = '', wanted = '' } = error as Error & { found?: string; wanted?: string }
  return `${message.split('\n')[0]} ${found} ${wanted}`
}

const filled = (shape: readonly number[], value: (i: number) => number): SmallConstant => ({
  data: Array.from({ length: elementCount(shape) }, (_, i) => value(i)),
  shape,
})
const contents = [() => 0, () => 1, (i: number) => 1 + (i % 3)]
const shapes: readonly (readonly [readonly number[], readonly (readonly number[])[]])[] = [
  [[], [[], [1, 1], [3]]],
  [
    [1],
    [
      [1, 1],
      [3, 1],
    ],
  ],
  [
    [2, 3],
    [[], [3], [1, 1, 1], [1, 1, 2, 3], [4, 2, 3], [4, 1, 1], [1, 1, 1, 1, 1, 3]],
  ],
  [
    [1, 8],
    [
      [1, 1, 8],
      [2, 8],
    ],
  ],
  [
    [1, 3, 2, 2],
    [
      [1, 1, 3, 1, 1],
      [1, 1, 1, 1, 1],
      [2, 1, 3, 1, 1],
      [2, 1, 1, 1],
    ],
  ],
]
const cast: SmallNode = ['Cast', 'b', 'y', { to: 1 }]
const asTruth = (op: string): readonly SmallNode[] => [['Abs', 'x', 'a'], [op, 'a k', 'b'], cast]
const arithmetic = (op: string): readonly SmallNode[] => [
  ['Abs', 'x', 'a'],
  [op, 'a k', 'b'],
  ['Neg', 'b', 'y'],
]
const operators: Readonly<Record<string, readonly SmallNode[]>> = {
  ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Max', 'Min', 'Pow', 'Sum', 'Mean'].map((op) => [op, arithmetic(op)])),
  'Div (by 1 and more)': [
    ['Abs', 'x', 'a'],
    ['Exp', 'k', 'e'],
    ['Div', 'a e', 'y'],
  ],
  'Sub from': [
    ['Abs', 'x', 'a'],
    ['Sub', 'k a', 'y'],
  ],
  'Div of': [
    ['Exp', 'x', 'a'],
    ['Div', 'k a', 'y'],
  ],
  'Pow of': [
    ['Abs', 'x', 'a'],
    ['Pow', 'k a', 'y'],
  ],
  Mod: [
    ['Abs', 'x', 'a'],
    ['Exp', 'k', 'e'],
    ['Mod', 'a e', 'y', { fmod: 1 }],
  ],
  ...Object.fromEntries(['Equal', 'Greater', 'LessOrEqual'].map((op) => [op, asTruth(op)])),
  And: [['Cast', 'x', 'c', { to: 9 }], ['Cast', 'k', 'l', { to: 9 }], ['And', 'c l', 'b'], cast],
  Where: [
    ['Greater', 'x z', 'c'],
    ['Where', 'c x k', 'y'],
  ],
  'Where not': [
    ['Greater', 'x z', 'c'],
    ['Where', 'c k x', 'y'],
  ],
  'Where of numbers': [
    ['Cast', 'x', 'c', { to: 9 }],
    ['Where', 'c k z', 'y'],
  ],
  'Add behind Mul by a number': [
    ['Mul', 'x two', 'a'],
    ['Mul', 'a k', 'b'],
    ['Add', 'b k', 'y'],
  ],
  'Relu of a sum': [
    ['Add', 'x k', 'a'],
    ['Relu', 'a', 'y'],
  ],
  'Gelu with numbers': [
    ['Div', 'x root', 'a'],
    ['Erf', 'a', 'b'],
    ['Add', 'b one', 'c'],
    ['Mul', 'x c', 'd'],
    ['Mul', 'd half', 'y'],
  ],
}
const always = { z: filled([], () => 0), two: filled([], () => 2) }

describe('constants of any number of axes make sound graphs that compute what the file does', () => {
  it.each(Object.entries(operators))('%s', async (_, nodes) => {
    const failures: string[] = []
    for (const [x, others] of shapes) {
      for (const k of others) {
        for (const [c, content] of contents.entries()) {
          const alike = filled(k, () => 1)
          const constants = {
            ...always,
            k: filled(k, content),
            one: alike,
            half: filled(k, () => 0.5),
            root: filled(k, () => Math.SQRT2),
          }
          try {
            await check(x, nodes, constants)
          } catch (error) {
            failures.push(`[${x}] [${k}] ${c}: ${told(error)}`)
          }
        }
      }
    }
    expect(failures).toEqual([])
  })
})

const five = filled([5], (i) => i - 1.5)
const vectors: Readonly<Record<string, readonly SmallNode[]>> = {
  'a product with a constant vector': [['MatMul', 'x five', 'p']],
  'a constant vector first': [['MatMul', 'five x', 'p']],
  'a product of computed vectors': [
    ['Sin', 'x', 's'],
    ['MatMul', 'x s', 'p'],
  ],
  'a product of a vector with itself': [['MatMul', 'x x', 'p']],
  'a product by equation': [['Einsum', 'x five', 'p', { equation: 'a,a->' }]],
  'a sum by equation': [['Einsum', 'x', 'p', { equation: 'a->' }]],
  'a product by a matrix, reduced': [
    ['MatMul', 'x m', 'v'],
    ['ReduceMean', 'v', 'p', { keepdims: 0 }],
  ],
  'a matrix by a vector, reduced': [
    ['MatMul', 'm2 x', 'v'],
    ['ReduceMean', 'v', 'p', { keepdims: 0 }],
  ],
  'a product with a term': [
    ['MatMul', 'x five', 'q'],
    ['Add', 'q two', 'p'],
  ],
  'a product with terms': [
    ['MatMul', 'x five', 'q'],
    ['Add', 'q five', 'p'],
  ],
  'a product with a factor': [
    ['MatMul', 'x five', 'q'],
    ['Mul', 'q two', 'p'],
  ],
  ...Object.fromEntries(
    ['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp'].map((op) => [
      op,
      [[op, 'x', 'p', { keepdims: 0 }]] satisfies readonly SmallNode[],
    ]),
  ),
  ReduceSum: [['ReduceSum', 'x', 'p', { keepdims: 0 }]],
  'ReduceSum of a matrix': [
    ['Unsqueeze', 'x i', 'w'],
    ['Mul', 'w m', 'v'],
    ['ReduceSum', 'v', 'p', { keepdims: 0 }],
  ],
  ArgMax: [
    ['ArgMax', 'x', 'a', { keepdims: 0 }],
    ['Cast', 'a', 'p', { to: 1 }],
  ],
  Gather: [['Gather', 'x i0', 'p']],
  GatherND: [['GatherND', 'x i', 'p']],
  'Squeeze to nothing': [
    ['ReduceMax', 'x', 'a'],
    ['Squeeze', 'a', 'p'],
  ],
  'Reshape to nothing': [
    ['ReduceMax', 'x', 'a'],
    ['Reshape', 'a none', 'p'],
  ],
}
const endings: Readonly<Record<string, readonly SmallNode[]>> = {
  'as the result': [['Abs', 'p', 'y']],
  'times the vector': [['Mul', 'x p', 'y']],
  'by itself': [['Mul', 'p p', 'y']],
  'with axes again': [
    ['Unsqueeze', 'p two0', 'u'],
    ['Concat', 'u u', 'y', { axis: 1 }],
  ],
}

describe('results without axes have one', () => {
  it.each(Object.entries(vectors))('%s', async (_, nodes) => {
    const constants = {
      five,
      two: filled([], () => 2),
      m: filled([5, 4], (i) => Math.sin(i)),
      m2: filled([3, 5], (i) => Math.cos(i)),
      i: { data: [1], dtype: 'i64', shape: [1] },
      i0: { data: [2], dtype: 'i64', shape: [] },
      none: { data: [], dtype: 'i64', shape: [0] },
      two0: { data: [0, 1], dtype: 'i64' },
    } as const
    const failures: string[] = []
    for (const [title, ending] of Object.entries(endings)) {
      await check([5], [...nodes, ...ending], constants).catch((error) => failures.push(`${title}: ${told(error)}`))
    }
    await check(
      [5],
      nodes.map((node, i) => (i === nodes.length - 1 ? ([node[0], node[1], 'y', ...node.slice(3)] as unknown as SmallNode) : node)),
      constants,
    ).catch((error) => failures.push(`alone: ${told(error)}`))
    expect(failures).toEqual([])
  })
})
