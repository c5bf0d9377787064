import { erf, roundHalfEven } from '@q/ir'

import { limitsOf } from '../compute/codes.ts'
import { clampRelu, fuseRelu } from '../compute/fused-relu.ts'
import type { Kernel, KernelCall } from '../kernel.ts'
import { flag, newResult, num, operand, resultType, word } from '../operands.ts'

/** A function of one number, made for the attributes of a node. */
type Curve = (call: KernelCall) => (x: number) => number

/** Evaluates a function in double on each element; storing rounds to float32. */
const unary =
  (curve: Curve): Kernel =>
  (call) => {
    const f = curve(call)
    const x = operand(call, 0).data
    const y = newResult(call)
    for (let i = 0; i < x.length; i++) y[i] = f(x[i]!)
    return [y]
  }

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const clamp = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x))

/** x tanh(ln(1 + e^x)) with float32 steps, the tanh as 2 / (1 + e^-2s) - 1 (TPU-MLIR 1.30.2 behaviour). */
function mish32(x: number): number {
  const f = Math.fround
  const softplus = f(Math.log(f(f(Math.exp(x)) + 1)))
  const tanh = f(f(2 / f(1 + f(Math.exp(f(-2 * softplus))))) - 1)
  return f(x * tanh)
}

const gelu: Readonly<Record<string, (x: number) => number>> = {
  none: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  tanh: (x) => 0.5 * x * (1 + Math.tanh(0.7978845608 * x * (1 + 0.044715 * x * x))),
  sigmoid: (x) => x * sigmoid(1.702 * x),
}

export const curves: Readonly<Record<string, Curve>> = {
  Acos: () => Math.acos,
  Atanh: () => Math.atanh,
  Ceil: () => Math.ceil,
  Cos: () => Math.cos,
  Cosh: () => Math.cosh,
  Elu: (call) => {
    const a = num(call, 'alpha')
    return (x) => (x > 0 ? x : a * (Math.exp(x) - 1))
  },
  Erf: () => erf,
  Exp: () => Math.exp,
  Floor: () => Math.floor,
  Gelu: (call) => gelu[word(call, 'approximate')]!,
  HardSigmoid: (call) => {
    const [a, b] = [num(call, 'alpha'), num(call, 'beta')]
    return (x) => clamp(a * x + b, 0, 1)
  },
  HardSwish: () => (x) => x * clamp((x + 3) / 6, 0, 1),
  LeakyRelu: (call) => {
    const a = Math.fround(num(call, 'alpha'))
    return (x) => (x < 0 ? a * x : x)
  },
  Log: () => Math.log,
  Mish: () => mish32,
  Not: () => (x) => (x === 0 ? 1 : 0),
  Round: () => roundHalfEven,
  Rsqrt: () => (x) => 1 / Math.sqrt(x),
  Sigmoid: (call) => (flag(call, 'log') ? (x) => Math.log(sigmoid(x)) : sigmoid),
  Sign: () => (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  Silu: () => (x) => x / (1 + Math.exp(-x)),
  Sin: () => Math.sin,
  Sinh: () => Math.sinh,
  Softplus: () => (x) => (x > 20 ? x : Math.log(Math.exp(x) + 1)),
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  Sqrt: () => Math.sqrt,
  Swish: (call) => {
    const a = num(call, 'alpha')
    return (x) => x / (1 + Math.exp(-a * x))
  },
  Tan: () => Math.tan,
  Tanh: () => Math.tanh,
  Clip: (call) => {
    const [low, high] = [num(call, 'min'), num(call, 'max')]
    return (x) => (x < low ? low : x > high ? high : x)
  },
}

/** The kernel of each curve. */
export const unaryKernels: readonly (readonly [string, Kernel])[] = Object.entries(curves).map(([name, curve]) => [name, unary(curve)])

/** `max(0, x)`, capped at `reluLimit`; on codes the zero point is the zero. */
export const relu: Kernel = (call) => {
  const y = newResult(call)
  const zero = resultType(call).quant?.zeroPoint ?? 0
  y.set(operand(call, 0).data)
  if (zero === 0) return [clampRelu(y, num(call, 'reluLimit'))]
  for (let i = 0; i < y.length; i++) if (y[i]! < zero) y[i] = zero
  return [y]
}

/** |x|, of codes the size of the code itself. One that its type cannot hold (128 in signed bytes) stays a number, as in TPU-MLIR 1.30.2. */
export const abs: Kernel = (call) => {
  const x = operand(call, 0).data
  const { max } = limitsOf(resultType(call).dtype)
  const y = x.every((v) => Math.abs(v) <= max) ? newResult(call) : new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) y[i] = Math.abs(x[i]!)
  return [y]
}

/** `x < 0 ? slope * x : x`, one slope for each slice of axis 1, or one for all. */
export const pRelu: Kernel = (call) => {
  const x = operand(call, 0)
  const slope = operand(call, 1).data
  const y = newResult(call)
  const inner = x.type.shape.slice(2).reduce((product, dim) => product * dim, 1)
  const channels = x.type.shape[1] ?? 1
  for (let i = 0; i < y.length; i++) {
    const v = x.data[i]!
    y[i] = v < 0 ? v * slope[slope.length === 1 ? 0 : Math.floor(i / inner) % channels]! : v
  }
  return [y]
}

/** `x * scale + bias` for each slice of axis 1; product and sum are float32; then ReLU. */
export const affine: Kernel = (call) => {
  const x = operand(call, 0)
  const scale = operand(call, 1).data
  const bias = operand(call, 2).data
  const y = newResult(call)
  const inner = x.type.shape.slice(2).reduce((product, dim) => product * dim, 1)
  const channels = x.type.shape[1] ?? 1
  for (let i = 0; i < y.length; i++) {
    const c = Math.floor(i / inner) % channels
    y[i] = Math.fround(x.data[i]! * scale[c]!) + bias[c]!
  }
  return [fuseRelu(call, y)]
}
