import type { Field } from '../codec/field.ts'
import { constantValue, field, fixed, lax, notScalar, reluFields, selects, topRounding } from '../codec/field.ts'
import type { Spelling } from '../codec/spelling.ts'

/** Operators without attributes that both sides call the same or nearly so: graph name, text name. */
const plain: readonly (readonly [op: string, name: string, fields?: readonly Field[]])[] = [
  ['Abs', 'Abs'],
  ['Acos', 'Arccos'],
  ['Atanh', 'Arctanh'],
  ['Ceil', 'Ceil'],
  ['Cos', 'Cos'],
  ['Cosh', 'Cosh'],
  ['Erf', 'Erf'],
  ['Exp', 'Exp'],
  ['Floor', 'Floor', [notScalar]],
  ['HardSwish', 'HardSwish'],
  ['Log', 'Log'],
  ['Mish', 'Mish'],
  ['Round', 'Round'],
  ['Rsqrt', 'Rsqrt'],
  ['Sign', 'Sign'],
  ['Silu', 'SiLU'],
  ['Sin', 'Sin'],
  ['Sinh', 'Sinh'],
  ['Softplus', 'Softplus'],
  ['Softsign', 'Softsign'],
  ['Sqrt', 'Sqrt'],
  ['Tan', 'Tan'],
  ['PRelu', 'PRelu'],
  ['Tanh', 'Tanh', [topRounding]],
  ['Elu', 'Elu', [field('f64', 'alpha', 'alpha')]],
  ['HardSigmoid', 'HardSigmoid', [field('f64', 'alpha', 'alpha'), field('f64', 'beta', 'beta')]],
  ['LeakyRelu', 'LeakyRelu', [field('f64', 'alpha', 'alpha'), topRounding]],
  ['Sigmoid', 'Sigmoid', [fixed('f64', 'scale', 1), fixed('f64', 'bias', 0), field('bool', 'log', 'log', { value: false }), topRounding]],
  ['Swish', 'Swish', [field('f64', 'beta', 'alpha'), topRounding]],
  ['Clip', 'Clip', [field('f64', 'min', 'min'), field('f64', 'max', 'max')]],
  ['Relu', 'Relu', [field('f64', 'relu_limit', 'reluLimit', { value: -1 })]],
  ['Gelu', 'GELU', [field('string', 'approx_mode', 'approximate', { value: 'normal', words: geluWords() }), topRounding]],
]

function geluWords() {
  return { none: 'normal', tanh: 'tanh', sigmoid: 'sigm' }
}

const unary: readonly Spelling[] = plain.map(([op, name, fields = []]) => ({ op, name, fields }))

/** With a constant of one element on one side; these stand before the general spelling. */
const withConstant: readonly Spelling[] = [
  {
    op: 'Add',
    name: 'AddConst',
    fields: [constantValue('const_val'), ...reluFields, notScalar],
    constants: [{ at: 1, name: 'const_val' }],
  },
  {
    op: 'Mul',
    name: 'MulConst',
    fields: [constantValue('const_val'), ...reluFields, notScalar],
    constants: [{ at: 1, name: 'const_val' }],
  },
  ...[false, true].map(
    (isReverse): Spelling => ({
      op: 'Sub',
      name: 'SubConst',
      fields: [constantValue('const_val'), selects('bool', 'is_reverse', isReverse), ...reluFields, notScalar],
      constants: [{ at: isReverse ? 0 : 1, name: 'const_val' }],
    }),
  ),
  ...[false, true].map(
    (isReverse): Spelling => ({
      op: 'Div',
      name: 'DivConst',
      fields: [constantValue('const_val'), selects('bool', 'is_reverse', isReverse), ...reluFields, notScalar],
      constants: [{ at: isReverse ? 0 : 1, name: 'const_val' }],
      writes: () => !isReverse,
    }),
  ),
  { op: 'Div', name: 'Reciprocal', fields: [constantValue('const_val'), ...reluFields], constants: [{ at: 0, name: 'const_val' }] },
  {
    op: 'Max',
    name: 'MaxConst',
    fields: [constantValue('const_val'), notScalar],
    constants: [{ at: 1, name: 'const_val' }],
    writes: withoutRelu,
  },
  {
    op: 'Min',
    name: 'MinConst',
    fields: [constantValue('const_val'), notScalar],
    constants: [{ at: 1, name: 'const_val' }],
    writes: withoutRelu,
  },
  { op: 'Pow', name: 'Pow', fields: [constantValue('exponent')], constants: [{ at: 1, name: 'exponent' }], writes: withoutRelu },
  { op: 'Pow', name: 'Pow2', fields: [constantValue('const_val')], constants: [{ at: 0, name: 'const_val' }], writes: withoutRelu },
]

const isReverse = fixed('bool', 'is_reverse', false)

const binary: readonly Spelling[] = [
  { op: 'Add', name: 'Add', fields: [...reluFields, notScalar] },
  { op: 'Sub', name: 'Sub', fields: [isReverse, ...reluFields, notScalar] },
  { op: 'Mul', name: 'Mul', fields: [...reluFields, notScalar] },
  { op: 'Div', name: 'Div', fields: [isReverse, ...reluFields, notScalar] },
  { op: 'Max', name: 'Max', fields: [], writes: withoutRelu },
  { op: 'Min', name: 'Min', fields: [], writes: withoutRelu },
  { op: 'Pow', name: 'Pow3', fields: [], writes: withoutRelu },
  { op: 'Mod', name: 'Mod', fields: [], writes: withoutRelu },
]

function withoutRelu({ attrs }: Parameters<NonNullable<Spelling['writes']>>[0]): boolean {
  return attrs['relu'] !== true
}

/** Comparisons of the graph; `mode` has the same names. */
export const comparisons = ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor'] as const

const compare: readonly Spelling[] = comparisons.flatMap((op): readonly Spelling[] => [
  ...[false, true].map(
    (inversed): Spelling => ({
      op,
      name: 'CompareConst',
      fields: [selects('string', 'mode', op), constantValue('const_val'), selects('bool', 'inversed', inversed), notScalar],
      constants: [{ at: inversed ? 0 : 1, name: 'const_val' }],
    }),
  ),
  { op, name: 'Compare', fields: [selects('string', 'mode', op)] },
])

const logicalNot: Spelling = {
  op: 'Not',
  name: 'CompareConst',
  fields: [selects('string', 'mode', 'Not'), lax('f64', 'const_val', 0), lax('bool', 'inversed', false), notScalar],
}

/** Element-wise operators, with and without constants. */
export const elementWise: readonly Spelling[] = [...unary, ...withConstant, ...binary, ...compare, logicalNot]
