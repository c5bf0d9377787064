import { clamp, gelu, logSigmoid, mish, sigmoid } from '../../number/activation.ts'
import { erf } from '../../number/erf.ts'
import { roundHalfEven } from '../../number/rounding.ts'
import type { AttrSpec, AttrValues, ScalarFunction } from '../define.ts'
import { bool, defineOp, fixed, float, one, own, text } from '../define.ts'
import { like } from '../infer.ts'
import { reluEnd } from '../relu.ts'
import { spelled } from '../spelled.ts'

type Specs = Readonly<Record<string, AttrSpec>>
type NoSpecs = Record<never, never>

/** Element-wise operators of one operand without attributes: a name and a function. */
const plain = <const Name extends string>(name: Name, f: ScalarFunction) => unary(name, {} as NoSpecs, () => f)

/** Element-wise operators of one operand: attributes, and the function they choose. */
const unary = <const Name extends string, const A extends Specs>(name: Name, attrs: A, scalar: (attrs: AttrValues<A>) => ScalarFunction) =>
  defineOp({ name, inputs: { x: one(own()) }, outputs: { y: own() }, attrs, infer: ({ x }) => ({ y: like(x) }), scalar })

/** Element-wise operators whose result lies between 0 and 1. */
const bounded = <const Name extends string, const A extends Specs>(
  name: Name,
  attrs: A,
  scalar: (attrs: AttrValues<A>) => ScalarFunction,
) => defineOp({ name, inputs: { x: one(own()) }, outputs: { y: fixed(0, 1) }, attrs, infer: ({ x }) => ({ y: like(x) }), scalar })

/** `|x|` */
export const Abs = plain('Abs', Math.abs)
/** Arc cosine, in radians. */
export const Acos = plain('Acos', Math.acos)
/** Inverse hyperbolic cosine. */
export const Acosh = plain('Acosh', Math.acosh)
/** Arc sine, in radians. */
export const Asin = plain('Asin', Math.asin)
/** Inverse hyperbolic sine. */
export const Asinh = plain('Asinh', Math.asinh)
/** Arc tangent, in radians. */
export const Atan = plain('Atan', Math.atan)
/** Inverse hyperbolic tangent. */
export const Atanh = plain('Atanh', Math.atanh)
/** The smallest integer not below `x`. */
export const Ceil = plain('Ceil', Math.ceil)
/** Cosine of radians. */
export const Cos = plain('Cos', Math.cos)
/** Hyperbolic cosine. */
export const Cosh = plain('Cosh', Math.cosh)
/** `x > 0 ? x : alpha * (e^x - 1)` */
export const Elu = unary(
  'Elu',
  { alpha: float(1) },
  ({ alpha }) =>
    (x) =>
      x > 0 ? x : alpha * (Math.exp(x) - 1),
)
/** The error function. */
export const Erf = plain('Erf', erf)
/** `e^x` */
export const Exp = plain('Exp', Math.exp)
/** The largest integer not above `x`. */
export const Floor = plain('Floor', Math.floor)
/** `x * (1 + erf(x / sqrt 2)) / 2`, or one of its approximations: by tanh, or `x * sigmoid(1.702 x)`. */
export const Gelu = unary('Gelu', { approximate: text(['none', 'tanh', 'sigmoid'], 'none') }, ({ approximate }) => gelu[approximate])
/** `max(0, min(1, alpha * x + beta))` */
export const HardSigmoid = bounded(
  'HardSigmoid',
  { alpha: float(0.2), beta: float(0.5) },
  ({ alpha, beta }) =>
    (x) =>
      clamp(alpha * x + beta, 0, 1),
)
/** `x * max(0, min(1, x / 6 + 1/2))` */
export const HardSwish = plain('HardSwish', (x) => x * clamp((x + 3) / 6, 0, 1))
/** `x < 0 ? alpha * x : x` */
export const LeakyRelu = unary('LeakyRelu', { alpha: float(0.01) }, ({ alpha }) => {
  const slope = Math.fround(alpha)
  return (x) => (x < 0 ? slope * x : x)
})
/** The natural logarithm. */
export const Log = plain('Log', Math.log)
/** `x * tanh(ln(1 + e^x))`, each step rounded to float32. */
export const Mish = plain('Mish', (x) => mish(x, Math.fround))
/** `max(0, x)`, capped by `reluLimit` ({@link reluEnd}). */
export const Relu = unary('Relu', { reluLimit: spelled('limit', float(-1)) }, ({ reluLimit }) => {
  const cap = reluEnd(reluLimit)
  return (x) => (x <= 0 ? 0 : x > cap ? cap : x)
})
/** To the nearest integer, ties to even. */
export const Round = plain('Round', roundHalfEven)
/** Extension: `1 / sqrt(x)` */
export const Rsqrt = plain('Rsqrt', (x) => 1 / Math.sqrt(x))
/** `1 / (1 + e^-x)`; with the extension `log`, its logarithm. */
export const Sigmoid = bounded('Sigmoid', { log: bool(false) }, ({ log }) => (log ? logSigmoid : sigmoid))
/** -1, 0 or 1. */
export const Sign = plain('Sign', Math.sign)
/** Extension: `x * sigmoid(x)` */
export const Silu = plain('Silu', (x) => x / (1 + Math.exp(-x)))
/** Sine of radians. */
export const Sin = plain('Sin', Math.sin)
/** Hyperbolic sine. */
export const Sinh = plain('Sinh', Math.sinh)
/** `ln(1 + e^x)` */
export const Softplus = plain('Softplus', (x) => (x > 20 ? x : Math.log(Math.exp(x) + 1)))
/** `x / (1 + |x|)` */
export const Softsign = plain('Softsign', (x) => x / (1 + Math.abs(x)))
/** The square root. */
export const Sqrt = plain('Sqrt', Math.sqrt)
/** `x * sigmoid(alpha * x)` */
export const Swish = unary(
  'Swish',
  { alpha: float(1) },
  ({ alpha }) =>
    (x) =>
      x / (1 + Math.exp(-alpha * x)),
)
/** Tangent of radians. */
export const Tan = plain('Tan', Math.tan)
/** Hyperbolic tangent. */
export const Tanh = plain('Tanh', Math.tanh)
/** `min(max, max(min, x))`: where the limits cross, the upper one holds. */
export const Clip = unary('Clip', { min: float(), max: float() }, ({ min, max }) => (x) => {
  const raised = x < min ? min : x
  return raised > max ? max : raised
})
