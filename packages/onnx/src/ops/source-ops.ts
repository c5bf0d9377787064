import { type AttrSpec, floatOps, type OpSet, opSet } from '@q/ir'
import { bool, broadcast, defineOp, float, int, ints, like, many, maybe, one, optional, own, reduced, text } from '@q/ir/ops'
import { signatures } from '../signature/signatures.ts'

/** The newest form of an attribute, as ONNX has it. */
function onnxAttr(op: string, name: string) {
  const attr = signatures.get(op)?.attrs.get(name)?.at(-1)
  if (attr === undefined) throw new Error(`the signature of ${op} has no attribute ${name}`)
  return attr
}

/** A number with ONNX's default. */
function number(op: string, name: string): AttrSpec<number, false> {
  const { type, default: fallback } = onnxAttr(op, name)
  return (type === 'int' ? int : float)(fallback as number)
}

/** What ONNX writes as 1 and 0, with its default. */
const flag = (op: string, name: string): AttrSpec<boolean, false> => bool(onnxAttr(op, name).default === 1)

/** A word of any kind. */
const word = (): AttrSpec<string, false> => ({ type: 'string', mayBeAbsent: false })

const sameShape = <const Name extends string>(name: Name) =>
  defineOp({ name, inputs: { x: one(own()) }, outputs: { y: own() }, attrs: {}, infer: ({ x }) => ({ y: like(x) }) })

const variadic = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { xs: many(own()) },
    outputs: { y: own() },
    attrs: {},
    infer: ({ xs }) => ({ y: { dtype: xs[0]!.dtype, shape: xs.map(({ shape }) => shape).reduce((a, b) => broadcast(a, b)) } }),
  })

const globalPool = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: {},
    infer: ({ x }) => ({ y: { dtype: x.dtype, shape: x.shape.map((d, i) => (i < 2 ? d : 1)) } }),
  })

const reduction = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axes: ints(), keepdims: flag(name, 'keepdims'), fromEnd: bool(false) },
    infer: ({ x }, { axes, keepdims }) => ({ y: { dtype: x.dtype, shape: reduced(x.shape, axes, keepdims) } }),
  })

const softmax = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axis: number(name, 'axis'), flattened: bool(false), log: bool(false) },
    infer: ({ x }) => ({ y: like(x) }),
  })

const resized = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: {
      mode: text(['nearest', 'linear']),
      coordinate_transformation_mode: text(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']),
      scale_h: float(),
      scale_w: float(),
      sizes: ints(),
    },
    infer: ({ x }, { sizes }) => ({ y: { dtype: x.dtype, shape: [...x.shape.slice(0, -2), ...sizes] } }),
  })

/** Operators a decoded network may hold that a canonical one does not, or holds in a narrower form. */
const sourceOnly: OpSet = opSet([
  sameShape('Neg'),
  sameShape('Reciprocal'),
  variadic('Sum'),
  variadic('Mean'),
  variadic('Max'),
  variadic('Min'),
  variadic('PRelu'),
  globalPool('GlobalAveragePool'),
  globalPool('GlobalMaxPool'),
  reduction('ReduceL1'),
  reduction('ReduceL2'),
  reduction('ReduceMax'),
  reduction('ReduceMean'),
  reduction('ReduceMin'),
  reduction('ReduceProd'),
  reduction('ReduceSum'),
  reduction('ReduceSumSquare'),
  reduction('ReduceLogSum'),
  reduction('ReduceLogSumExp'),
  defineOp({
    name: 'Unsqueeze',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axes: ints(), fromEnd: bool(false) },
    infer: ({ x }, { axes }) => {
      const sizes = x.shape.values()
      const shape = Array.from({ length: x.shape.length + axes.length }, (_, i) => (axes.includes(i) ? 1 : sizes.next().value!))
      return { y: { dtype: x.dtype, shape } }
    },
  }),
  softmax('Softmax'),
  softmax('LogSoftmax'),
  resized('Resize'),
  resized('Upsample'),
  defineOp({
    name: 'Mod',
    inputs: { a: one(own()), b: one(own()) },
    outputs: { y: own() },
    attrs: { fmod: flag('Mod', 'fmod') },
    infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
  }),
  defineOp({
    name: 'Clip',
    inputs: { x: one(own()), low: optional(own()), high: optional(own()) },
    outputs: { y: own() },
    attrs: { min: maybe(float()), max: maybe(float()) },
    infer: ({ x }) => ({ y: like(x) }),
  }),
  defineOp({
    name: 'Cast',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: {
      to: text(['f32', 'f16', 'bf16', 'f64', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'bool']),
      rounding: maybe(text(['toward-zero'])),
    },
    infer: ({ x }, { to }) => ({ y: { dtype: to, shape: x.shape } }),
  }),
  defineOp({
    name: 'Flatten',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { shape: ints() },
    infer: ({ x }, { shape }) => ({ y: { dtype: x.dtype, shape } }),
  }),
  defineOp({
    name: 'Expand',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { shape: ints() },
    infer: ({ x }, { shape }) => ({ y: { dtype: x.dtype, shape: broadcast(x.shape, shape) } }),
  }),
  defineOp({
    name: 'Split',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axis: int(), split: ints() },
    infer: ({ x }) => ({ y: like(x) }),
  }),
  defineOp({
    name: 'BatchNormalization',
    inputs: { x: one(own()), scale: one(own()), bias: one(own()), mean: one(own()), variance: one(own()) },
    outputs: { y: own() },
    attrs: { epsilon: number('BatchNormalization', 'epsilon') },
    infer: ({ x }) => ({ y: like(x) }),
  }),
  defineOp({
    name: 'Gemm',
    inputs: { a: one(own()), b: one(own()), c: optional(own()) },
    outputs: { y: own() },
    attrs: {
      transA: flag('Gemm', 'transA'),
      transB: flag('Gemm', 'transB'),
      alpha: number('Gemm', 'alpha'),
      beta: number('Gemm', 'beta'),
    },
    infer: ({ a, b }, { transA, transB }) => ({ y: { dtype: a.dtype, shape: [a.shape[transA ? 1 : 0]!, b.shape[transB ? 0 : 1]!] } }),
  }),
  defineOp({
    name: 'Einsum',
    inputs: { xs: many(own()) },
    outputs: { y: own() },
    attrs: { equation: word() },
    infer: ({ xs }, { equation }) => {
      const [terms, result] = equation.split('->') as [string, string]
      const letters = terms.split(',')
      const sizes = new Map(letters.flatMap((term, i) => [...term].map((letter, axis) => [letter, xs[i]!.shape[axis]!] as const)))
      return { y: { dtype: xs[0]!.dtype, shape: [...result].map((letter) => sizes.get(letter)!) } }
    },
  }),
  defineOp({
    name: 'SpaceToDepth',
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { block_h: int(), block_w: int(), mode: text(['DCR', 'CRD'], 'DCR'), inverse: bool(true) },
    infer: ({ x }, { block_h, block_w }) => ({
      y: { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]! * block_h * block_w, x.shape[2]! / block_h, x.shape[3]! / block_w] },
    }),
  }),
])

/** The operators of a decoded network: those of canonical graphs, and ONNX's that canonicalization takes apart. */
export const sourceOps: OpSet = new Map([...floatOps, ...sourceOnly])
