import { constantValue, lax, notScalar, reluFields, selects } from '../codec/field.ts'
import type { Spelling } from '../codec/spelling.ts'
import { spelledIn, withoutRelu } from '../plain-spellings.ts'
import { unarySpellings } from '../unary-spellings.ts'

const unary: readonly Spelling[] = [
  ...unarySpellings.map(({ op, top = op, fields = [] }) => ({ op, name: top, fields })),
  { op: 'PRelu', name: 'PRelu', fields: [] },
]

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
export const elementWise: readonly Spelling[] = [...unary, ...withConstant, ...spelledIn('top'), ...compare, logicalNot]
