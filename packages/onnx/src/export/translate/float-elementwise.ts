import { type Attrs, elementCount, type Node } from '@q/ir'
import type { OnnxBuilder } from '../onnx/onnx-builder.ts'
import { centred, truthOf } from './codes.ts'
import { finished, relu, reshaped, rounded } from './finish.ts'
import type { Translate, Translation } from './translator.ts'

/** Operators of ONNX with the same operands and attributes. */
export const translateSame: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const { relu: _relu, reluLimit: _limit, unrounded: _unrounded, bf16: _bf16, ...attrs } = t.attrs(node)
  const operands = node.inputs.map((name) => (name === undefined ? undefined : t.carried(name)))
  // A constant in double precision is not rounded before the operation.
  const isDouble = operands.some((operand) => operand !== undefined && t.build.typeOf(operand).dtype === 'f64')
  const dtype = isDouble ? 'f64' : 'f32'
  const wide = operands.map((operand) => (operand === undefined || !isDouble ? operand : t.build.cast(operand, 'f64')))
  const y = t.build.cast(t.build.node(node.op, wide, { dtype, shape: type.shape }, attrs), 'f32')
  return [finished(t, y, type, node)]
}

/** ONNX's `Mod` of floats has the sign of the dividend, here it is that of the divisor: where they are not the same, the divisor is added. */
export const translateMod: Translate = (node, t) => {
  const { build } = t
  const type = t.typeOf(node.outputs[0]!)
  const float = { dtype: 'f32', shape: type.shape } as const
  const [a, b] = node.inputs.map((name) => build.cast(t.carried(name!), 'f32')) as [string, string]
  const rest = build.node('Mod', [a, b], float, { fmod: 1 })
  const agreement = build.node('Mul', [unary(build, 'Sign', rest), b], float)
  const differs = build.node('Less', [agreement, build.numbers('f32', 0)], { ...float, dtype: 'bool' })
  const added = build.node('Where', [differs, b, build.numbers('f32', 0)], float)
  return [finished(t, build.node('Add', [rest, added], float), type, node)]
}

/** The runtime has a kernel for four axes only. */
export const translateLrn: Translate = (node, t) => {
  const { build } = t
  const type = t.typeOf(node.outputs[0]!)
  const { size, alpha, beta, bias } = t.attrs(node)
  const [n, channels, ...spatial] = type.shape as readonly [number, number, ...number[]]
  const planes = type.shape.length === 4 ? type.shape : [n, channels, elementCount(spatial), 1]
  const x = reshaped(build, t.carried(node.inputs[0]!), planes)
  const y = build.node('LRN', [x], { dtype: 'f32', shape: planes }, { size: size!, alpha: alpha!, beta: beta!, bias: bias! })
  return [rounded(t, reshaped(build, y, type.shape), type, node)]
}

/** Comparisons and logic, whose results here are numbers. */
export const translateComparison: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const build = t.build
  const logic = ['And', 'Or', 'Xor', 'Not'].includes(node.op)
  const operands = node.inputs.map((name) => (logic ? truthOf(t, name!) : centred(build, t.carried(name!), t.typeOf(name!), 'f32', 0)))
  const test = (op: string) => build.node(op, operands, { dtype: 'bool', shape: type.shape })
  const holds = node.op === 'NotEqual' ? build.node('Not', [test('Equal')], { dtype: 'bool', shape: type.shape }) : test(node.op)
  return [build.cast(holds, type.dtype === 'u8' ? 'u8' : type.dtype === 'i8' ? 'u8' : 'f32')]
}

const unary = (build: OnnxBuilder, op: string, x: string) => build.node(op, [x], build.typeOf(x))

/** `-ln(1 + e^-x)`: the logarithm of the runtime's Sigmoid has no right digit below -15. */
const logSigmoid = (build: OnnxBuilder, x: string) => unary(build, 'Neg', unary(build, 'Softplus', unary(build, 'Neg', x)))

/**
 * ONNX Runtime's Sigmoid is a rational function, in steps of 1e-8: 170 float32 steps off at -5, and wrong in every digit below -15, where most
 * scores of a detector are; one in fifteen numbers between -12 and 12 becomes another 16-bit float by it. `1 / (1 + exp(-x))` is right to three steps everywhere, and takes three passes more. The file of a
 * float network keeps the operator; that of a quantized one computes what is computed here.
 */
const sigmoid = ({ build, keepsOperators }: Translation, x: string): string => {
  if (keepsOperators) return unary(build, 'Sigmoid', x)
  const sum = build.node('Add', [unary(build, 'Exp', unary(build, 'Neg', x)), build.numbers('f32', 1)], build.typeOf(x))
  return unary(build, 'Reciprocal', sum)
}

const rewritten: Readonly<Record<string, (t: Translation, x: string, attrs: Attrs) => string>> = {
  Silu: (t, x) => t.build.node('Mul', [x, sigmoid(t, x)], t.build.typeOf(x)),
  Swish: (t, x, attrs) => {
    const scaled = t.build.node('Mul', [x, t.build.numbers('f32', Number(attrs['alpha']))], t.build.typeOf(x))
    return t.build.node('Mul', [x, sigmoid(t, scaled)], t.build.typeOf(x))
  },
  Rsqrt: ({ build }, x) => unary(build, 'Reciprocal', unary(build, 'Sqrt', x)),
  Relu: ({ build }, x, attrs) => relu(build, x, Number(attrs['reluLimit'])),
  Sigmoid: (t, x, attrs) => (attrs['log'] === true ? logSigmoid(t.build, x) : sigmoid(t, x)),
  Clip: ({ build }, x, attrs) =>
    build.node('Clip', [x, build.numbers('f32', Number(attrs['min'])), build.numbers('f32', Number(attrs['max']))], build.typeOf(x)),
  Gelu: (t, x, attrs) => {
    const { build } = t
    if (attrs['approximate'] !== 'sigmoid') return build.node('Gelu', [x], build.typeOf(x), { approximate: attrs['approximate']! })
    const scaled = build.node('Mul', [x, build.numbers('f32', 1.702)], build.typeOf(x))
    return build.node('Mul', [x, sigmoid(t, scaled)], build.typeOf(x))
  },
}

/** Operators that are extensions of ONNX, or have attributes that are. */
export const translateRewritten: Translate = (node, t) => {
  const type = t.typeOf(node.outputs[0]!)
  const rewrite = rewritten[node.op]
  return rewrite === undefined ? undefined : [rounded(t, rewrite(t, t.carried(node.inputs[0]!), t.attrs(node)), type, node)]
}

/** `x * scale + bias` along axis 1. */
export const translateAffine: Translate = (node, t) => {
  const [x, scale, bias] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const float = { dtype: 'f32', shape: type.shape } as const
  const product = t.build.node('Mul', [t.carried(x!), alongChannels(t, scale!, type.shape.length)], float)
  return [finished(t, t.build.node('Add', [product, alongChannels(t, bias!, type.shape.length)], float), type, node)]
}

/** A slope for each slice of axis 1. */
export const translatePRelu: Translate = (node: Node, t) => {
  const [x, slope] = node.inputs
  const type = t.typeOf(node.outputs[0]!)
  const y = t.build.node('PRelu', [t.carried(x!), alongChannels(t, slope!, type.shape.length)], { dtype: 'f32', shape: type.shape })
  return [rounded(t, y, type, node)]
}

/** A list of one number for each slice of axis 1, shaped to broadcast. */
function alongChannels(t: Translation, name: string, rank: number): string {
  const count = t.typeOf(name).shape.reduce((product, dim) => product * dim, 1)
  return reshaped(t.build, t.carried(name), rank < 2 ? [count] : [1, count, ...Array.from({ length: rank - 2 }, () => 1)])
}
