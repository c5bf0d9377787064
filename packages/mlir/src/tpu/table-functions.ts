import type { Field } from '../codec/field.ts'
import { derived, field, lax, notScalar, reluFields, selects } from '../codec/field.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import { responseNormFields } from '../top/pools-and-norms.ts'
import { hasResponseTables } from './layers.ts'
import { hasIntegerOperand } from './number-kinds.ts'
import { multipliersAndShifts, plainRelu, textRounding } from './requantization.ts'

const lutMode = (mode: string): Field => selects('enum:lut_mode', 'lut_mode', mode)
const ends: readonly Field[] = [field('f64', 'min_range', 'min', { value: -8 }), field('f64', 'max_range', 'max', { value: 8 })]
/** Exponents that have entries; nothing depends on them. */
const exponents: readonly Field[] = [lax('f64', 'min_range', -62), lax('f64', 'max_range', 63)]
const hasTables = ({ inputs }: ReadForm): boolean => inputs.slice(1, 5).every((input) => input !== undefined)
const withoutBuffer = ({ inputs }: ReadForm) => ({ inputs: inputs.slice(0, 5) })
/** How far the powers of e of a Softmax reach; its text does not say it. */
const softmaxReach = { min: -15, max: 15 }

/** A difference is a sum with these factors. */
const difference: readonly number[] = [1, -1]
const isDifference = ({ operation }: ReadForm): boolean => {
  const attribute = operation.attributes.get('coeff')
  return attribute?.kind === 'floats' && attribute.values.join() === difference.join()
}

/** Whether an operand is repeated: in a sum with signs the chip adds it. */
const isRepeated = ({ inputs, outputTypes, typeOf }: WriteForm): boolean =>
  inputs.some((name) => typeOf(name!).shape.join() !== outputTypes[0]!.shape.join())

const pairs: readonly Field[] = [field('ints', 'multipliers', 'multipliers'), field('ints', 'rshifts', 'shifts')]
const isHalfUp = ({ attrs }: WriteForm): boolean => attrs['rounding'] === 'half-up' && attrs['requantize'] === 'multiplier-shift'

/** Operators whose results lie where their operands do. */
const inPlace: ReadonlySet<string | undefined> = new Set(['Reshape', 'Squeeze', 'Unsqueeze'])

/** Whether a concatenation of codes is its operands as they are, one behind the other in memory: others have to be copied, as those that lie elsewhere already. */
const isOneBehindTheOther = ({ attrs, inputs, outputTypes, makerOf }: WriteForm): boolean => {
  const [multipliers, shifts] = [attrs['multipliers'], attrs['shifts']] as [readonly number[], readonly number[]]
  const { shape } = outputTypes[0]!
  const axis = attrs['axis'] as number
  return (
    multipliers.every((each, i) => each === 1 && shifts[i] === 0) &&
    shape.slice(0, axis).every((size) => size === 1) &&
    !inputs.some((name) => inPlace.has(makerOf(name!)))
  )
}

const reduceModes = { sum: 'ReduceSum', mean: 'ReduceMean', max: 'ReduceMax', min: 'ReduceMin' } as const

/** Two numbers of a list as two attributes. */
const entry = (name: string, list: 'multipliers' | 'shifts', at: number): Field => ({
  name,
  type: 'si32',
  lax: true,
  derive: ({ attrs }) => (attrs[list] as readonly number[])[at],
})

const numberOf = ({ operation }: ReadForm, name: string): number => {
  const attribute = operation.attributes.get(name)
  return attribute?.kind === 'int' ? Number(attribute.value) : 0
}
/** The slope below zero, as the codes have it: the compiler takes an operation without one for a ReLU, whatever its multipliers are. */
const slopeOf = ({ attrs }: WriteForm): number => {
  const [below, above] = (attrs['multipliers'] as readonly [number, number]).map(
    (multiplier, i) => multiplier * 2 ** -(attrs['shifts'] as readonly number[])[i]!,
  ) as [number, number]
  return below / above
}
const hasTwo = ({ attrs }: WriteForm): boolean => (attrs['multipliers'] as readonly number[]).length === 2

/** Functions that are looked up in tables of bfloat16 numbers, and what else chips with such tables compute in their own way. */
export const tpuTableFunctions: readonly Spelling[] = [
  { op: 'SlopeLut', name: 'LutBF16', fields: [lutMode('Slope'), ...ends] },
  {
    op: 'MantissaLut',
    name: 'LutBF16',
    fields: [lutMode('Mantissa'), ...exponents],
    read: () => ({ attrs: { combine: 'product' } }),
    writes: ({ attrs }) => attrs['combine'] === 'product',
  },
  {
    op: 'MantissaLut',
    name: 'LutBF16',
    fields: [lutMode('Log'), ...exponents],
    read: () => ({ attrs: { combine: 'sum' } }),
    writes: ({ attrs }) => attrs['combine'] === 'sum',
  },
  {
    op: 'LutSoftmax',
    name: 'Softmax',
    operands: 6,
    fields: [field('si32', 'axis', 'axis'), field('bool', 'log', 'log', { value: false }), lax('f64', 'beta', 1), textRounding()],
    reads: hasTables,
    read: (form) => ({ ...withoutBuffer(form), attrs: softmaxReach }),
    writes: ({ attrs }) => attrs['min'] === softmaxReach.min && attrs['max'] === softmaxReach.max,
  },
  {
    op: 'Sub',
    name: 'Add',
    fields: [...reluFields, { name: 'coeff', type: 'floats', lax: true, derive: () => difference }, notScalar],
    reads: (form) => !hasIntegerOperand(form) && isDifference(form),
    writes: (form) => form.properties['quantizeInputsOnHost'] === true && !hasIntegerOperand(form) && !isRepeated(form),
  },
  { op: 'LutLRN', name: 'LRN', fields: [...responseNormFields, lutMode('Mantissa'), ...exponents], reads: hasResponseTables },
  {
    op: 'LutReduceL2',
    name: 'Reduce',
    fields: [
      field('ints', 'axes', 'axes'),
      field('bool', 'keepdims', 'keepdims'),
      selects('string', 'mode', 'ReduceL2'),
      lax('bool', 'is_scalar', false),
    ],
    reads: ({ inputs }) => inputs[1] !== undefined && inputs[2] !== undefined,
  },
  {
    op: 'QConcat',
    name: 'Concat',
    fields: [
      field('si32', 'axis', 'axis', { value: 1 }),
      ...plainRelu,
      ...pairs,
      {
        name: 'only_merge',
        type: 'bool',
        lax: true,
        derive: isOneBehindTheOther,
      },
    ],
    reads: ({ operation }) => operation.attributes.has('multipliers'),
    writes: isHalfUp,
  },
  ...Object.entries(reduceModes).map(
    ([mode, word]): Spelling => ({
      op: 'QReduce',
      name: 'Reduce',
      operands: 3,
      fields: [
        field('ints', 'axes', 'axes'),
        field('bool', 'keepdims', 'keepdims'),
        selects('string', 'mode', word),
        lax('bool', 'is_scalar', false),
        field('ints', 'multiplier', 'multipliers'),
        field('ints', 'rshift', 'shifts'),
      ],
      reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('multiplier'),
      read: ({ inputs }) => ({ inputs: inputs.slice(0, 1), attrs: { mode } }),
      writes: (form) => form.attrs['mode'] === mode && isHalfUp(form) && form.attrs['relu'] === false,
    }),
  ),
  {
    op: 'QLeakyRelu',
    name: 'LeakyRelu',
    fields: [
      derived('f64', 'alpha', slopeOf),
      entry('multiplier', 'multipliers', 1),
      entry('rshift', 'shifts', 1),
      entry('multiplier_neg', 'multipliers', 0),
      entry('rshift_neg', 'shifts', 0),
      textRounding(),
    ],
    reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('multiplier_neg'),
    read: (form) => ({
      attrs: {
        multipliers: [numberOf(form, 'multiplier_neg'), numberOf(form, 'multiplier')],
        shifts: [numberOf(form, 'rshift_neg'), numberOf(form, 'rshift')],
        rounding: 'half-up',
      },
    }),
    writes: (form) => hasTwo(form) && isHalfUp(form),
  },
  {
    op: 'QPRelu',
    name: 'PReluOp',
    fields: [entry('rshift', 'shifts', 0), entry('multiplier_pos', 'multipliers', 1), entry('rshift_pos', 'shifts', 1)],
    reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('multiplier_pos'),
    read: (form) => ({
      attrs: { multipliers: [1, numberOf(form, 'multiplier_pos')], shifts: [numberOf(form, 'rshift'), numberOf(form, 'rshift_pos')] },
    }),
    writes: (form) => hasTwo(form) && isHalfUp(form) && (form.attrs['multipliers'] as readonly number[])[0] === 1,
  },
  ...(['Max', 'Min'] as const).map(
    (op): Spelling => ({
      op: `Q${op}`,
      name: op,
      fields: [...plainRelu, ...multipliersAndShifts],
      reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('multipliers'),
      writes: isHalfUp,
    }),
  ),
]
