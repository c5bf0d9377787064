import { erf } from './erf.ts'

/** `1 / (1 + e^-x)`, in double. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** `-ln(1 + e^-x)`, in double: the logarithm of the sigmoid, also where that is next to 0 or to 1. */
export const logSigmoid = (x: number): number => (x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x)))

/** `x` kept between `low` and `high`. */
export const clamp = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x))

/** How the Gaussian error linear unit is computed: by the error function, by a hyperbolic tangent, or as `x * sigmoid(1.702 x)`. */
export type GeluForm = 'none' | 'tanh' | 'sigmoid'

/** The Gaussian error linear unit, in double. @see https://arxiv.org/abs/1606.08415 */
export const gelu: Readonly<Record<GeluForm, (x: number) => number>> = {
  none: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  tanh: (x) => 0.5 * x * (1 + Math.tanh(0.7978845608 * x * (1 + 0.044715 * x * x))),
  sigmoid: (x) => x * sigmoid(1.702 * x),
}

/**
 * `x * tanh(ln(1 + e^x))`, the tanh as `2 / (1 + e^-2s) - 1`.
 *
 * @param step rounds the result of each step. @default not at all; `Math.fround` gives what chips' tables and interpreters have
 */
export function mish(x: number, step: (x: number) => number = (each) => each): number {
  const softplus = step(Math.log(step(step(Math.exp(step(x))) + 1)))
  const tanh = step(step(2 / step(1 + step(Math.exp(step(-2 * softplus))))) - 1)
  return step(step(x) * tanh)
}
