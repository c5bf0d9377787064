import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { decodeOnnx } from '../src/index.ts'
import { index, numbers, onnxFile, type SmallConstant, type SmallNode, whole } from './onnx-file.ts'

type Case = readonly [title: string, node: SmallNode, constants: Readonly<Record<string, SmallConstant>>, opset?: number]

const a = numbers([2, 3, 4])
const positive = numbers([2, 3], 0.1, 2)
const flags: SmallConstant = { data: [1, 0, 1, 1, 0, 0], shape: [2, 3], dtype: 'bool' }
const counts: SmallConstant = { data: [3, 0, 7, -2, 5, -9], shape: [2, 3], dtype: 'i64' }
const other: SmallConstant = { data: [2, 5, -3, 2, 4, 4], shape: [2, 3], dtype: 'i64' }

const unary = [
  'Abs',
  'Acos',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'Ceil',
  'Cos',
  'Cosh',
  'Erf',
  'Exp',
  'Floor',
  'Neg',
  'Relu',
  'Round',
  'Sigmoid',
]
const unaryToo = ['Sign', 'Sin', 'Sinh', 'Softplus', 'Softsign', 'Tan', 'Tanh']
const reductions = [
  'ReduceSum',
  'ReduceMean',
  'ReduceProd',
  'ReduceMax',
  'ReduceMin',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSumExp',
]

const cases: readonly Case[] = [
  ...[...unary, ...unaryToo].map((op): Case => [op, [op, 'a', 'y'], { a }]),
  ...['Log', 'Sqrt', 'Reciprocal'].map((op): Case => [op, [op, 'a', 'y'], { a: positive }]),
  ['Acosh', ['Acosh', 'a', 'y'], { a: numbers([4], 1, 3) }],
  ['LeakyRelu takes the slope of ONNX', ['LeakyRelu', 'a', 'y'], { a }],
  ['Clip by operands', ['Clip', 'a lo hi', 'y'], { a, lo: { data: [-0.5], shape: [] }, hi: { data: [0.25], shape: [] } }],
  ['Clip by attributes', ['Clip', 'a', 'y', { min: -0.5 }], { a }, 10],
  ['IsNaN', ['IsNaN', 'a', 'y'], { a: { data: [1, Number.NaN] } }],
  ['Not', ['Not', 'a', 'y'], { a: flags }],
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Sum'].map((op): Case => [`${op} broadcasts`, [op, 'a b', 'y'], { a, b: numbers([3, 1]) }]),
  ['Pow', ['Pow', 'a b', 'y'], { a: positive, b: numbers([3]) }],
  ['PRelu', ['PRelu', 'a b', 'y'], { a, b: numbers([3, 1]) }],
  ['Div of integers cuts the fraction', ['Div', 'a b', 'y'], { a: counts, b: other }],
  ['Mod has the sign of the divisor', ['Mod', 'a b', 'y'], { a: counts, b: other }],
  ['Mod with fmod that of the dividend', ['Mod', 'a b', 'y', { fmod: 1 }], { a, b: numbers([3, 1], 0.2, 0.5) }],
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op): Case => [op, [op, 'a b', 'y'], { a: counts, b: other }]),
  ...['And', 'Or', 'Xor'].map((op): Case => [op, [op, 'a b', 'y'], { a: flags, b: { ...flags, data: [1, 1, 0, 1, 0, 1] } }]),
  ...reductions.map((op): Case => [`${op} over an axis, dropped`, [op, 'a', 'y', { axes: [1], keepdims: 0 }], { a }, 12]),
  ['ReduceLogSum', ['ReduceLogSum', 'a', 'y', { axes: [-1] }], { a: positive }, 12],
  ['ReduceSum over nothing keeps all where it says so', ['ReduceSum', 'a', 'y', { noop_with_empty_axes: 1 }], { a }],
  ['ReduceMax over everything', ['ReduceMax', 'a', 'y'], { a }],
  ['ReduceSum by an operand', ['ReduceSum', 'a axes', 'y'], { a, axes: whole(0, -1) }],
  ['ArgMax', ['ArgMax', 'a', 'y', { axis: 1 }], { a }],
  ['ArgMin, dropped', ['ArgMin', 'a', 'y', { axis: -1, keepdims: 0 }], { a }],
  ['CumSum', ['CumSum', 'a axis', 'y'], { a, axis: index(1) }],
  ['CumSum backwards without itself', ['CumSum', 'a axis', 'y', { exclusive: 1, reverse: 1 }], { a, axis: index(-1) }],
  ['Shape of a part', ['Shape', 'a', 'y', { start: 1 }], { a }],
  ['Size', ['Size', 'a', 'y'], { a }],
  ['Reshape with a copied and a left-over size', ['Reshape', 'a s', 'y'], { a, s: whole(0, -1) }],
  ['Flatten', ['Flatten', 'a', 'y', { axis: 2 }], { a }],
  ['Squeeze', ['Squeeze', 'a', 'y'], { a: numbers([1, 3, 1]) }],
  ['Squeeze one', ['Squeeze', 'a axes', 'y'], { a: numbers([1, 3, 1]), axes: whole(-1) }],
  ['Unsqueeze', ['Unsqueeze', 'a axes', 'y'], { a, axes: whole(0, -1) }],
  ['Concat', ['Concat', 'a b', 'y', { axis: -2 }], { a, b: numbers([2, 1, 4]) }],
  ['Slice backwards', ['Slice', 'a s e axes t', 'y'], { a, s: whole(-1, 0), e: whole(-5, 9), axes: whole(2, 1), t: whole(-2, 2) }],
  ['Slice by attributes', ['Slice', 'a', 'y', { starts: [1], ends: [3], axes: [2] }], { a }, 9],
  ['Split', ['Split', 'a', 'y z', { axis: 2 }], { a }],
  ['Split by an operand', ['Split', 'a s', 'y z', { axis: 1 }], { a, s: whole(1, 2) }],
  ['Expand', ['Expand', 'a s', 'y'], { a: numbers([3, 1]), s: whole(2, 1, 4) }],
  ['Tile', ['Tile', 'a s', 'y'], { a, s: whole(1, 2, 3) }],
  ['Transpose', ['Transpose', 'a', 'y', { perm: [2, 0, 1] }], { a }],
  ['Transpose turned round', ['Transpose', 'a', 'y'], { a }],
  ['ConstantOfShape', ['ConstantOfShape', 's', 'y'], { s: whole(2, 3) }],
  ['Range', ['Range', 'f t s', 'y'], { f: index(7), t: index(-2), s: index(-3) }],
  ['Where', ['Where', 'c a b', 'y'], { c: flags, a: numbers([2, 3]), b: numbers([3]) }],
  ['Gather from the end', ['Gather', 'a i', 'y', { axis: 1 }], { a, i: { ...whole(-1, 0, 1, 1), shape: [2, 2] } }],
  ['GatherElements', ['GatherElements', 'a i', 'y', { axis: 1 }], { a: positive, i: { ...whole(0, -1, 2, 1), shape: [2, 2] } }],
  ['GatherND', ['GatherND', 'a i', 'y'], { a, i: { ...whole(1, 2, 0, -1), shape: [2, 2] } }],
  ['ScatterND', ['ScatterND', 'a i u', 'y'], { a, i: { ...whole(1, 2, 0, 0), shape: [2, 2] }, u: numbers([2, 4]) }],
  ['NonZero', ['NonZero', 'a', 'y'], { a: counts }],
  ['Trilu, upper', ['Trilu', 'a k', 'y'], { a, k: index(1) }],
  ['Trilu, lower', ['Trilu', 'a', 'y', { upper: 0 }], { a }],
  ['OneHot', ['OneHot', 'i d v', 'y', { axis: 1 }], { i: whole(1, -1, 0), d: index(4), v: { data: [0.5, 2] } }],
  ['MatMul broadcasts', ['MatMul', 'a b', 'y'], { a, b: numbers([4, 2]) }],
  ['MatMul of lists', ['MatMul', 'a b', 'y'], { a: numbers([4]), b: numbers([4]) }],
  ['Einsum as an outer product', ['Einsum', 'a b', 'y', { equation: 'i,j->ij' }], { a: numbers([3]), b: numbers([4]) }],
  ['Cast to an integer', ['Cast', 'a', 'y', { to: 6 }], { a: numbers([6], -9, 9) }],
  ['Cast to bytes', ['Cast', 'a', 'y', { to: 2 }], { a: { ...whole(3, 255, 258), shape: [3] } }],
  ['Cast to truth', ['Cast', 'a', 'y', { to: 9 }], { a: counts }],
  ['CastLike', ['CastLike', 'a b', 'y'], { a: counts, b: numbers([1]) }],
  ['Identity', ['Identity', 'a', 'y'], { a }],
]

describe('what depends on constants alone is computed as ONNX Runtime computes it', () => {
  it.each(cases.map(([title, node, constants, opset]) => ({ title, node, constants, opset })))(
    '$title',
    async ({ node, constants, opset }) => {
      const outputs = node[2]
      const graph = await decodeOnnx(
        onnxFile({ inputs: { x: [1] }, constants, nodes: [node], outputs, ...(opset === undefined ? {} : { opset }) }),
      )
      expect(graph.nodes).toEqual([])
      const session = await ort.InferenceSession.create(
        onnxFile({ constants, nodes: [node], outputs, ...(opset === undefined ? {} : { opset }) }),
        { logSeverityLevel: 4 },
      )
      const wanted = await session.run({})
      outputs.split(' ').forEach((name) => {
        const found = graph.values.get(name)!.constant!
        expect(found.shape).toEqual([...wanted[name]!.dims])
        const theirs = Array.from(wanted[name]!.data as Float32Array, Number)
        Array.from(found.data as Float32Array, Number).forEach((number, i) => {
          expect(Math.abs(number - theirs[i]!), `${name}[${i}] ${number} ${theirs[i]}`).toBeLessThanOrEqual(
            2e-6 * Math.max(1, Math.abs(theirs[i]!)),
          )
        })
        expect(found.data.length).toBe(theirs.length)
      })
    },
  )
})
