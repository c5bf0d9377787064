import { type DType, floatOps } from '@q/ir'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { carrierTypes, hasKernel, kernelTypes } from '../src/export/onnx/kernel-types.ts'
import { type OnnxBuilder, onnxTranslator } from '../src/index.ts'
import { onnxOps } from '../src/signature/written-ops.ts'

type Write = (build: OnnxBuilder, x: string, dtype: DType) => string

const shape = [1, 2, 4, 4]
const kernel = { kernel_shape: [3, 3] }
const i64 = (build: OnnxBuilder, ...numbers: readonly number[]) => build.numbers('i64', numbers)
const places = (build: OnnxBuilder) => build.numbers('i64', new Array<number>(32).fill(0), shape)

const alike =
  (op: string): Write =>
  (build, x, dtype) =>
    build.node(op, [x], { dtype, shape })
const withItself =
  (op: string): Write =>
  (build, x, dtype) =>
    build.node(op, [x, x], { dtype, shape })
const compared =
  (op: string): Write =>
  (build, x) =>
    build.node(op, [x, x], { dtype: 'bool', shape })
const reduced =
  (op: string): Write =>
  (build, x, dtype) =>
    build.node(op, [x, i64(build, 1)], { dtype, shape: [1, 1, 4, 4] }, { keepdims: 1 })
const place =
  (op: string): Write =>
  (build, x) =>
    build.node(op, [x], { dtype: 'i64', shape: [1, 1, 4, 4] }, { axis: 1, keepdims: 1 })
const byOnes =
  (op: string): Write =>
  (build, x, dtype) =>
    build.node(
      op,
      [x, build.numbers(dtype, [1, 1, 1, 1], [2, 2, 1, 1])],
      { dtype: op.endsWith('Integer') ? 'i32' : dtype, shape },
      { kernel_shape: [1, 1] },
    )

/** A node of each operator on an operand of `[1, 2, 4, 4]`. */
const written: Readonly<Record<string, Write>> = {
  Reshape: (build, x, dtype) => build.node('Reshape', [x, i64(build, 32)], { dtype, shape: [32] }),
  Transpose: (build, x, dtype) => build.node('Transpose', [x], { dtype, shape }, { perm: [0, 1, 3, 2] }),
  Concat: (build, x, dtype) => build.node('Concat', [x, x], { dtype, shape: [1, 4, 4, 4] }, { axis: 1 }),
  Slice: (build, x, dtype) =>
    build.node('Slice', [x, i64(build, 0), i64(build, 1), i64(build, 1), i64(build, 1)], { dtype, shape: [1, 1, 4, 4] }),
  Tile: (build, x, dtype) => build.node('Tile', [x, i64(build, 1, 2, 1, 1)], { dtype, shape: [1, 4, 4, 4] }),
  Gather: (build, x, dtype) => build.node('Gather', [x, i64(build, 0, 1)], { dtype, shape }, { axis: 1 }),
  GatherElements: (build, x, dtype) => build.node('GatherElements', [x, places(build)], { dtype, shape }, { axis: 1 }),
  GatherND: (build, x, dtype) => build.node('GatherND', [x, build.numbers('i64', [0, 1], [1, 2])], { dtype, shape: [1, 4, 4] }),
  ScatterND: (build, x, dtype) => build.node('ScatterND', [x, build.numbers('i64', [0], [1, 1]), x], { dtype, shape }),
  ScatterElements: (build, x, dtype) => build.node('ScatterElements', [x, places(build), x], { dtype, shape }, { axis: 1 }),
  Where: (build, x, dtype) => build.node('Where', [build.cast(x, 'bool'), x, x], { dtype, shape }),
  Pad: (build, x, dtype) => build.node('Pad', [x, i64(build, 0, 0, 1, 1, 0, 0, 1, 1)], { dtype, shape: [1, 2, 6, 6] }, { mode: 'edge' }),
  Resize: (build, x, dtype) =>
    build.node('Resize', [x, undefined, build.numbers('f32', [1, 1, 2, 2])], { dtype, shape: [1, 2, 8, 8] }, { mode: 'nearest' }),
  Clip: (build, x, dtype) => build.node('Clip', [x, build.numbers(dtype, 0), build.numbers(dtype, 9)], { dtype, shape }),
  BatchNormalization: (build, x, dtype) =>
    build.node('BatchNormalization', [x, ...[1, 2, 3, 4].map((each) => build.numbers(dtype, [each, each]))], { dtype, shape }),
  Conv: byOnes('Conv'),
  ConvTranspose: byOnes('ConvTranspose'),
  ConvInteger: byOnes('ConvInteger'),
  MatMulInteger: (build, x) => build.node('MatMulInteger', [x, x], { dtype: 'i32', shape }),
  MatMul: withItself('MatMul'),
  MaxPool: (build, x, dtype) => build.node('MaxPool', [x], { dtype, shape: [1, 2, 2, 2] }, kernel),
  AveragePool: (build, x, dtype) => build.node('AveragePool', [x], { dtype, shape: [1, 2, 2, 2] }, kernel),
  PRelu: (build, x, dtype) => build.node('PRelu', [x, build.numbers(dtype, 2)], { dtype, shape }),
  ReduceMax: reduced('ReduceMax'),
  ReduceSum: reduced('ReduceSum'),
  CumSum: (build, x, dtype) => build.node('CumSum', [x, build.numbers('i64', 1)], { dtype, shape }),
  TopK: (build, x, dtype) =>
    build.nodes(
      'TopK',
      [x, i64(build, 1)],
      [
        { dtype, shape: [1, 2, 4, 1] },
        { dtype: 'i64', shape: [1, 2, 4, 1] },
      ],
      { axis: -1 },
    )[0]!,
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  SpaceToDepth: (build, x, dtype) => build.node('SpaceToDepth', [x], { dtype, shape: [1, 8, 2, 2] }, { blocksize: 2 }),
  DepthToSpace: (build, x, dtype) =>
    build.node(
      'DepthToSpace',
      [build.node('Concat', [x, x], { dtype, shape: [1, 4, 4, 4] }, { axis: 1 })],
      { dtype, shape: [1, 1, 8, 8] },
      { blocksize: 2 },
    ),
  ...Object.fromEntries(
    ['Identity', 'Abs', 'Sign', 'Floor', 'Ceil', 'Round', 'Softmax', 'Sigmoid', 'Relu', 'Not'].map((op) => [op, alike(op)]),
  ),
  ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Max', 'Min', 'And', 'Or'].map((op) => [op, withItself(op)])),
  ...Object.fromEntries(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map((op) => [op, compared(op)])),
}

async function isTaken(write: Write, dtype: DType): Promise<boolean> {
  const build = onnxTranslator.builder()
  const x = build.input({ dtype, shape })
  try {
    const y = write(build, x, dtype)
    const session = await ort.InferenceSession.create(onnxTranslator.encode(build.build('probe', [y])), { logSeverityLevel: 4 })
    await session.release()
    return true
  } catch {
    return false
  }
}

/** Kernels there are that are left alone. */
const distrusted = { Max: ['i64'], Min: ['i64'], Clip: ['i64'] }

describe('the element types that ONNX Runtime has kernels for', () => {
  it.each(Object.entries(kernelTypes))('%s', async (op, { types }) => {
    const taken: DType[] = []
    for (const dtype of carrierTypes) if (await isTaken(written[op]!, dtype)) taken.push(dtype)
    const wrong: readonly string[] = (distrusted as Readonly<Record<string, readonly string[]>>)[op] ?? []
    expect(taken.filter((each) => !wrong.includes(each))).toEqual(types)
  })

  it('every function of one number that is written under its own name has a kernel', async () => {
    const names = [...floatOps.values()].flatMap(({ name, scalar }) =>
      scalar !== undefined && onnxOps.has(name) && name !== 'Not' ? [name] : [],
    )
    expect(names.length).toBeGreaterThan(20)
    const missing: string[] = []
    for (const name of names) if (!(await isTaken((build, x, dtype) => build.node(name, [x], { dtype, shape }), 'f32'))) missing.push(name)
    expect(missing, 'say `extension(…)` in the signatures of operators that ONNX does not have').toEqual([])
  })

  it('decide whether a node is written', () => {
    const node = { op: 'MaxPool', inputs: ['x'], outputs: ['y'], attrs: {} }
    expect(hasKernel(node, () => 'i32')).toBe(false)
    expect(hasKernel(node, () => 'u8')).toBe(true)
    expect(hasKernel({ ...node, op: 'Where', inputs: ['c', 'x', 'x'] }, (name) => (name === 'c' ? 'bool' : 'i64'))).toBe(true)
    expect(hasKernel({ ...node, op: 'LpNormalization' }, () => 'f32')).toBe(true)
  })
})
