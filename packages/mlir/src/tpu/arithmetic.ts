import type { Field } from '../codec/field.ts'
import { constantValue, field, fixed, lax, notScalar, reluFields, selects } from '../codec/field.ts'
import { roundingWords } from '../codec/rounding-words.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import { spelledIn } from '../plain-spellings.ts'
import { comparisons } from '../top/element-wise.ts'
import { hasFloatOperand, hasIntegerOperand, signedElement, unroundedHalf } from './number-kinds.ts'
import {
  idleMultiplier,
  idleQuantMode,
  impliedRounding,
  multiplierAndShift,
  multipliersAndShifts,
  noRelu,
  plainRelu,
  quantMode,
  requantizeWords,
  roundsAsImplied,
  textRounding,
} from './requantization.ts'

const isReverse = fixed('bool', 'is_reverse', false)
const f8Scale = fixed('f64', 'f8_scale', 1)
const halfUp = ({ attrs }: WriteForm): boolean => attrs['rounding'] === 'half-up'

const anyInteger = (form: ReadForm | WriteForm): boolean => form.inputs.some((_, k) => hasIntegerOperand(form, k))

const onCodes: readonly Spelling[] = [
  {
    op: 'QAdd',
    name: 'Add',
    fields: [...plainRelu, ...multipliersAndShifts],
    reads: anyInteger,
    read: (_, attrs) => {
      const [multipliers, shifts] = [attrs['multipliers'] as readonly number[], attrs['shifts'] as readonly number[]]
      return { attrs: { requantizeSum: shifts.length === 1 && multipliers.length > 1 } }
    },
    writes: halfUp,
    elementName: signedElement,
  },
  {
    op: 'QSub',
    name: 'Sub',
    fields: [isReverse, ...plainRelu, ...multipliersAndShifts],
    reads: anyInteger,
    writes: halfUp,
    elementName: signedElement,
  },
  {
    op: 'QMul',
    name: 'Mul',
    fields: [...plainRelu, ...multiplierAndShift, quantMode],
    reads: anyInteger,
    read: (_, attrs) => ({ attrs: { rounding: impliedRounding(attrs['requantize']) } }),
    writes: roundsAsImplied,
    elementName: signedElement,
  },
  {
    op: 'QAddConstant',
    name: 'AddConst',
    fields: [field('f64', 'const_val', 'constant'), ...plainRelu, ...multiplierAndShift, f8Scale, notScalar],
    reads: hasIntegerOperand,
    writes: (form) => form.attrs['operation'] === 'add' && halfUp(form),
  },
  ...(['subtract', 'subtract-from'] as const).map(
    (operation): Spelling => ({
      op: 'QAddConstant',
      name: 'SubConst',
      fields: [
        field('f64', 'const_val', 'constant'),
        selects('bool', 'is_reverse', operation === 'subtract-from'),
        ...plainRelu,
        ...multiplierAndShift,
        f8Scale,
        notScalar,
      ],
      reads: hasIntegerOperand,
      read: () => ({ attrs: { operation } }),
      writes: (form) => form.attrs['operation'] === operation && halfUp(form),
    }),
  ),
  ...(['max', 'min'] as const).map(
    (operation): Spelling => ({
      op: 'QLimitConstant',
      name: operation === 'max' ? 'MaxConst' : 'MinConst',
      fields: [field('f64', 'const_val', 'constant'), ...noRelu, ...multiplierAndShift],
      reads: hasIntegerOperand,
      read: () => ({ attrs: { operation } }),
      writes: (form) => form.attrs['operation'] === operation && halfUp(form),
    }),
  ),
  {
    op: 'QLeakyRelu',
    name: 'LeakyRelu',
    fields: [
      field('si32', 'multiplier', 'multipliers', { single: true }),
      field('si32', 'rshift', 'shifts', { single: true }),
      textRounding(),
    ],
    reads: (form) => hasIntegerOperand(form) && !form.operation.attributes.has('multiplier_neg'),
    writes: halfUp,
  },
  {
    op: 'QPRelu',
    name: 'PReluOp',
    fields: [field('si32', 'rshift', 'shifts', { value: 0, single: true })],
    reads: hasIntegerOperand,
    writes: halfUp,
  },
  {
    op: 'QAffine',
    name: 'Scale',
    operands: 4,
    fields: plainRelu,
    reads: hasIntegerOperand,
    read: () => ({ attrs: { rounding: 'down' } }),
    elementName: (form, operand) => (operand === 2 && form.typeOf(form.inputs[2]!).dtype === 'i16' ? 'si16' : undefined),
  },
  {
    op: 'Requantize',
    name: 'MulShift',
    fields: multiplierAndShift,
    writes: (form) => halfUp(form) && form.attrs['requantize'] === 'multiplier-shift',
  },
  {
    op: 'Requantize',
    name: 'RequantInt',
    fields: [
      field('si32', 'multiplier', 'multipliers', { single: true }),
      field('si32', 'rshift', 'shifts', { single: true }),
      field('enum:rq_mode', 'quant_mode', 'requantize', { words: requantizeWords }),
      field('enum:round_mode', 'round_mode', 'rounding', { value: 'HalfAwayFromZero', words: roundingWords }),
    ],
  },
  {
    op: 'RequantizeAxis',
    name: 'RequantIntAxis',
    fields: [
      lax('bool', 'fuse_rq_axis', false),
      idleQuantMode,
      field('enum:round_mode', 'round_mode', 'rounding', { value: 'HalfAwayFromZero', words: roundingWords }),
      field('si32', 'rq_axis', 'axis', { value: 1 }),
    ],
  },
]

const withConstant = (name: string, op: string, at: 0 | 1, fields: readonly Field[]): Spelling => ({
  op,
  name,
  fields: [constantValue('const_val'), ...fields],
  constants: [{ at, name: 'const_val' }],
  reads: hasFloatOperand,
})

const onFloatTensors: readonly Spelling[] = [
  withConstant('AddConst', 'Add', 1, [...reluFields, ...idleMultiplier, f8Scale, notScalar]),
  withConstant('MulConst', 'Mul', 1, [...reluFields, ...idleMultiplier, notScalar]),
  withConstant('SubConst', 'Sub', 1, [selects('bool', 'is_reverse', false), ...reluFields, ...idleMultiplier, f8Scale, notScalar]),
  withConstant('SubConst', 'Sub', 0, [selects('bool', 'is_reverse', true), ...reluFields, ...idleMultiplier, f8Scale, notScalar]),
  withConstant('MaxConst', 'Max', 1, [...noRelu, ...idleMultiplier]),
  withConstant('MinConst', 'Min', 1, [...noRelu, ...idleMultiplier]),
  withConstant('Reciprocal', 'Div', 0, reluFields),
  ...spelledIn('tpu'),
  { op: 'LeakyRelu', name: 'LeakyRelu', fields: [field('f64', 'alpha', 'alpha'), textRounding()], reads: hasFloatOperand },
  { op: 'PRelu', name: 'PReluOp', fields: [lax('si32', 'rshift', 0)], reads: hasFloatOperand },
  {
    op: 'Affine',
    name: 'Scale',
    operands: 4,
    fields: reluFields,
    reads: hasFloatOperand,
    read: unroundedHalf(3),
  },
  { op: 'Clip', name: 'Clip', fields: [field('f64', 'min', 'min'), field('f64', 'max', 'max')] },
  { op: 'Relu', name: 'Relu', fields: [field('f64', 'relu_limit', 'reluLimit', { value: -1 })] },
]

const flipped: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  NotEqual: 'NotEqual',
  Greater: 'Less',
  GreaterOrEqual: 'LessOrEqual',
  Less: 'Greater',
  LessOrEqual: 'GreaterOrEqual',
}

const truth = { min: 0, max: 1 }

const compare: readonly Spelling[] = [
  ...Object.keys(flipped).flatMap((operation) =>
    [false, true].map(
      (inversed): Spelling => ({
        op: 'QCompareConstant',
        name: 'CompareConst',
        fields: [
          selects('string', 'mode', operation),
          field('f64', 'const_val', 'constant'),
          selects('bool', 'inversed', inversed),
          notScalar,
        ],
        reads: hasIntegerOperand,
        read: () => ({ attrs: { operation: inversed ? flipped[operation]! : operation } }),
        writes: ({ attrs }) => !inversed && attrs['operation'] === operation,
        codes: truth,
      }),
    ),
  ),
  {
    op: 'Not',
    name: 'CompareConst',
    fields: [selects('string', 'mode', 'Not'), lax('f64', 'const_val', 0), lax('bool', 'inversed', false), notScalar],
    codes: truth,
  },
  ...comparisons.flatMap((op): readonly Spelling[] => [
    ...[false, true].map(
      (inversed): Spelling => ({
        op,
        name: 'CompareConst',
        fields: [selects('string', 'mode', op), constantValue('const_val'), selects('bool', 'inversed', inversed), notScalar],
        constants: [{ at: inversed ? 0 : 1, name: 'const_val' }],
      }),
    ),
    { op, name: 'Compare', fields: [selects('string', 'mode', op)], codes: truth },
  ]),
]

/** Element-wise arithmetic, requantization and comparisons. */
export const tpuArithmetic: readonly Spelling[] = [...onCodes, ...onFloatTensors, ...compare]
