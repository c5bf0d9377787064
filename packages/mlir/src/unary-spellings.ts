import type { Field } from './codec/field.ts'
import { field, fixed, notScalar, topRounding } from './codec/field.ts'

/** How TPU-MLIR spells and counts a function of one number. */
export interface UnarySpelling {
  /** The graph's operator. */
  readonly op: string
  /** Name in the Top dialect. @default the operator's */
  readonly top?: string
  /** Attributes in the Top dialect. @default none */
  readonly fields?: readonly Field[]
  /** `mode` of `tpu.Active`; absent for operators that have other operators there, or several modes. */
  readonly mode?: string
  /** Attributes that stand as `coeffs` beside the `mode`, in this order. @default none */
  readonly coefficients?: readonly string[]
  /** Operations for each element, as the vendor counts them (see `top/flops.ts`). */
  readonly flops: number
}

/** Every operator of one operand: one row says all that the text files and the vendor's counts know of it. */
export const unarySpellings: readonly UnarySpelling[] = [
  { op: 'Abs', mode: 'ABSVAL', flops: 1 },
  { op: 'Acos', top: 'Arccos', mode: 'ARCCOS', flops: 4 },
  { op: 'Acosh', top: 'Arccosh', flops: 4 },
  { op: 'Asin', top: 'Arcsin', flops: 4 },
  { op: 'Asinh', top: 'Arcsinh', flops: 4 },
  { op: 'Atan', top: 'Arctan', flops: 4 },
  { op: 'Atanh', top: 'Arctanh', mode: 'ARCTANH', flops: 4 },
  { op: 'Ceil', mode: 'CEIL', flops: 1 },
  { op: 'Cos', mode: 'COS', flops: 4 },
  { op: 'Cosh', mode: 'COSH', flops: 4 },
  { op: 'Erf', mode: 'ERF', flops: 1 },
  { op: 'Exp', mode: 'EXP', flops: 4 },
  { op: 'Floor', fields: [notScalar], mode: 'FLOOR', flops: 1 },
  { op: 'HardSwish', mode: 'HSWISH', flops: 5 },
  { op: 'Log', mode: 'LN', flops: 4 },
  { op: 'Mish', mode: 'MISH', flops: 4 },
  { op: 'Round', mode: 'ROUND', flops: 1 },
  { op: 'Rsqrt', mode: 'RSQRT', flops: 2 },
  { op: 'Sign', mode: 'SIGN', flops: 3 },
  { op: 'Silu', top: 'SiLU', mode: 'SILU', flops: 9 },
  { op: 'Sin', mode: 'SIN', flops: 4 },
  { op: 'Sinh', mode: 'SINH', flops: 4 },
  { op: 'Softplus', mode: 'SOFT_PLUS', flops: 3 },
  { op: 'Softsign', mode: 'SOFT_SIGN', flops: 3 },
  { op: 'Sqrt', mode: 'SQRT', flops: 1 },
  { op: 'Tan', mode: 'TAN', flops: 4 },
  { op: 'Tanh', fields: [topRounding], mode: 'TANH', flops: 4 },
  { op: 'Elu', fields: [field('f64', 'alpha', 'alpha')], mode: 'ELU', coefficients: ['alpha'], flops: 1 },
  {
    op: 'HardSigmoid',
    fields: [field('f64', 'alpha', 'alpha'), field('f64', 'beta', 'beta')],
    mode: 'HSIGMOID',
    coefficients: ['beta', 'alpha'],
    flops: 4,
  },
  { op: 'LeakyRelu', fields: [field('f64', 'alpha', 'alpha'), topRounding], flops: 1 },
  {
    op: 'Sigmoid',
    fields: [fixed('f64', 'scale', 1), fixed('f64', 'bias', 0), field('bool', 'log', 'log', { value: false }), topRounding],
    flops: 4,
  },
  { op: 'Swish', fields: [field('f64', 'beta', 'alpha'), topRounding], mode: 'SWISH', coefficients: ['alpha'], flops: 5 },
  { op: 'Clip', fields: [field('f64', 'min', 'min'), field('f64', 'max', 'max')], flops: 2 },
  { op: 'Relu', fields: [field('f64', 'relu_limit', 'reluLimit', { value: -1 })], flops: 1 },
  {
    op: 'Gelu',
    top: 'GELU',
    fields: [field('string', 'approx_mode', 'approximate', { value: 'normal', words: geluWords() }), topRounding],
    flops: 5,
  },
]

function geluWords() {
  return { none: 'normal', tanh: 'tanh', sigmoid: 'sigm' }
}
