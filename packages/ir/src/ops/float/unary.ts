import type { AttrSpec } from '../define.ts'
import { bool, defineOp, fixed, float, one, own, text } from '../define.ts'
import { like } from '../infer.ts'

/** Element-wise operators of one operand. */
const unary = <const Name extends string, const A extends Readonly<Record<string, AttrSpec>> = Record<never, never>>(
  name: Name,
  attrs: A = {} as A,
) => defineOp({ name, inputs: { x: one(own()) }, outputs: { y: own() }, attrs, infer: ({ x }) => ({ y: like(x) }) })

/** Element-wise operators whose result lies between 0 and 1. */
const bounded = <const Name extends string, const A extends Readonly<Record<string, AttrSpec>>>(name: Name, attrs: A) =>
  defineOp({ name, inputs: { x: one(own()) }, outputs: { y: fixed(0, 1) }, attrs, infer: ({ x }) => ({ y: like(x) }) })

/** `|x|` */
export const Abs = unary('Abs')
/** Arc cosine, in radians. */
export const Acos = unary('Acos')
/** Inverse hyperbolic tangent. */
export const Atanh = unary('Atanh')
/** The smallest integer not below `x`. */
export const Ceil = unary('Ceil')
/** Cosine of radians. */
export const Cos = unary('Cos')
/** Hyperbolic cosine. */
export const Cosh = unary('Cosh')
/** `x > 0 ? x : alpha * (e^x - 1)` */
export const Elu = unary('Elu', { alpha: float(1) })
/** The error function. */
export const Erf = unary('Erf')
/** `e^x` */
export const Exp = unary('Exp')
/** The largest integer not above `x`. */
export const Floor = unary('Floor')
/** `x * (1 + erf(x / sqrt 2)) / 2`, or one of its approximations: by tanh, or `x * sigmoid(1.702 x)`. */
export const Gelu = unary('Gelu', { approximate: text(['none', 'tanh', 'sigmoid'], 'none') })
/** `max(0, min(1, alpha * x + beta))` */
export const HardSigmoid = bounded('HardSigmoid', { alpha: float(0.2), beta: float(0.5) })
/** `x * max(0, min(1, x / 6 + 1/2))` */
export const HardSwish = unary('HardSwish')
/** `x < 0 ? alpha * x : x` */
export const LeakyRelu = unary('LeakyRelu', { alpha: float(0.01) })
/** The natural logarithm. */
export const Log = unary('Log')
/** `x * tanh(ln(1 + e^x))` */
export const Mish = unary('Mish')
/** `max(0, x)`, capped at `reluLimit` when that is above 0. */
export const Relu = unary('Relu', { reluLimit: float(-1) })
/** To the nearest integer, ties to even. */
export const Round = unary('Round')
/** Extension: `1 / sqrt(x)` */
export const Rsqrt = unary('Rsqrt')
/** `1 / (1 + e^-x)`; with the extension `log`, its logarithm. */
export const Sigmoid = bounded('Sigmoid', { log: bool(false) })
/** -1, 0 or 1. */
export const Sign = unary('Sign')
/** Extension: `x * sigmoid(x)` */
export const Silu = unary('Silu')
/** Sine of radians. */
export const Sin = unary('Sin')
/** Hyperbolic sine. */
export const Sinh = unary('Sinh')
/** `ln(1 + e^x)` */
export const Softplus = unary('Softplus')
/** `x / (1 + |x|)` */
export const Softsign = unary('Softsign')
/** The square root. */
export const Sqrt = unary('Sqrt')
/** `x * sigmoid(alpha * x)` */
export const Swish = unary('Swish', { alpha: float(1) })
/** Tangent of radians. */
export const Tan = unary('Tan')
/** Hyperbolic tangent. */
export const Tanh = unary('Tanh')
/** `max(min, min(max, x))` */
export const Clip = unary('Clip', { min: float(), max: float() })
