import type { Attrs } from '@q/ir'
import { erf, roundHalfEven } from '@q/ir'

/** A function of one real number, with the attributes of its operator. */
export type Activation = (x: number, attrs: Attrs) => number

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const f = Math.fround

/** The Mish function in float32 steps, as the chip's tables have it. */
function mish(x: number): number {
  const input = f(x)
  const softplus = f(Math.log(f(f(Math.exp(input)) + 1)))
  const tanh = f(f(2 / f(1 + f(Math.exp(f(-2 * softplus))))) - 1)
  return f(input * tanh)
}

function gelu(x: number, approximate: unknown): number {
  if (approximate === 'tanh') return 0.5 * x * (1 + Math.tanh(0.7978845608 * x * (1 + 0.044715 * x * x)))
  if (approximate === 'sigmoid') return x * sigmoid(1.702 * x)
  return 0.5 * x * (1 + erf(x / Math.SQRT2))
}

/** The operators that INT8 looks up in a table of 256 entries. */
export const activations: Readonly<Record<string, Activation>> = {
  Ceil: Math.ceil,
  Cos: Math.cos,
  Cosh: Math.cosh,
  Elu: (x, { alpha }) => (x > 0 ? x : Number(alpha) * (Math.exp(x) - 1)),
  Erf: erf,
  Exp: Math.exp,
  Floor: Math.floor,
  Gelu: (x, { approximate }) => gelu(x, approximate),
  HardSigmoid: (x, { alpha, beta }) => Math.max(0, Math.min(1, Number(alpha) * x + Number(beta))),
  HardSwish: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  Log: Math.log,
  Mish: mish,
  Round: roundHalfEven,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sigmoid: (x, { log }) => (log === true ? Math.log(sigmoid(x)) : sigmoid(x)),
  Sign: Math.sign,
  Silu: (x) => x / (1 + Math.exp(-x)),
  Sin: Math.sin,
  Sinh: Math.sinh,
  Softplus: (x) => (x > 20 ? x : Math.log(Math.exp(x) + 1)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  Sqrt: Math.sqrt,
  Swish: (x, { alpha }) => x * sigmoid(Number(alpha) * x),
  Tanh: Math.tanh,
}

/** Operators without an integer form; behind codes they still become tables of floats. */
export const floatOnlyActivations: Readonly<Record<string, Activation>> = {
  Abs: Math.abs,
  Acos: Math.acos,
  Atanh: Math.atanh,
  Tan: Math.tan,
}
