import type { AttrValue } from '@q/ir'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, reluFields, selects } from '../codec/field.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import {
  averagePoolFields,
  groupNormFields,
  layerNormFields,
  maxPoolFields,
  planeNormFields,
  responseNormFields,
  rmsNormFields,
  ropeFields,
  softmaxFields,
} from '../top/pools-and-norms.ts'
import { hasIntegerOperand, unroundedHalf } from './number-kinds.ts'
import { impliedRounding, multiplierAndShift, plainRelu, roundsAsImplied, textRounding } from './requantization.ts'

const firstRounding = lax('enum:round_mode', 'first_round_mode', 'HalfAwayFromZero')
const poolMode = (mode: string): Field => selects('enum:pool_mode', 'pool_mode', mode)

/** Whether there is a border that counts whatever the text says: that of codes with a zero point, which are rescaled as real numbers. */
const countsBorder = ({ inputs, typeOf }: ReadForm, attrs: Readonly<Record<string, AttrValue>>): boolean =>
  (typeOf(inputs[0]!).quant?.zeroPoint ?? 0) !== 0 && (attrs['pads'] as readonly number[]).some((pad) => pad > 0)

/** Codes that are rescaled as real numbers. */
const realFactor: readonly Field[] = [field('f64', 'scale', 'scale'), field('f64', 'offset', 'offset')]

const firstOf =
  (operands: number) =>
  ({ inputs }: ReadForm) => ({ inputs: inputs.slice(0, operands) })

function pool(rank: 1 | 2 | 3): readonly Spelling[] {
  const name = `Pool${rank}D`
  const operands = rank === 3 ? { operands: 2 } : {}
  const isRight = ({ attrs }: WriteForm): boolean => (attrs['kernel_shape'] as readonly number[]).length === rank
  return [
    {
      op: 'MaxPool',
      name,
      ...operands,
      fields: [...maxPoolFields, ...reluFields, poolMode('Max'), textRounding(), firstRounding],
      read: firstOf(1),
      writes: isRight,
    },
    {
      op: 'QAveragePool',
      name,
      ...operands,
      fields: [...averagePoolFields, ...plainRelu, ...multiplierAndShift, poolMode('Avg'), textRounding(), firstRounding],
      reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('multiplier'),
      read: ({ inputs }) => ({ inputs: inputs.slice(0, 1), attrs: { rounding: impliedRounding('multiplier-shift') } }),
      writes: (form) => isRight(form) && roundsAsImplied(form) && form.attrs['scale'] === undefined,
    },
    {
      op: 'QAveragePool',
      name,
      ...operands,
      fields: [...averagePoolFields, ...plainRelu, ...realFactor, poolMode('Avg'), textRounding(), firstRounding],
      reads: (form) => hasIntegerOperand(form) && form.operation.attributes.has('scale'),
      read: (form, attrs) => ({ ...firstOf(1)(form), attrs: countsBorder(form, attrs) ? { count_include_pad: true } : {} }),
      writes: (form) => isRight(form) && form.attrs['scale'] !== undefined,
    },
    {
      op: 'AveragePool',
      name,
      ...operands,
      fields: [...averagePoolFields, ...reluFields, poolMode('Avg'), textRounding(), firstRounding],
      reads: (form) => !hasIntegerOperand(form),
      read: firstOf(1),
      writes: isRight,
    },
  ]
}

const hasBias = ({ inputs }: WriteForm): number => [4, 6, 8, 10].reduce((bits, at, k) => bits + (inputs[at] === undefined ? 0 : 1 << k), 0)

const attentionFields: readonly Field[] = [
  field('f64', 'scale', 'scale'),
  field('i64', 'head', 'heads'),
  field('i64', 'dim', 'headSize'),
  derived('i64', 'has_bias', hasBias),
]

/** Chips that compute in bfloat16 have the reciprocal root in tables. */
const hasNormTables = ({ inputs }: ReadForm): boolean => inputs[3] !== undefined && inputs[4] !== undefined

/** The same chips have the power of a response normalization in tables. */
export const hasResponseTables = ({ inputs }: ReadForm): boolean => inputs[1] !== undefined && inputs[2] !== undefined

/** Pools, normalizations, Softmax, attention. */
export const tpuLayers: readonly Spelling[] = [
  ...pool(2),
  ...pool(1),
  ...pool(3),
  { op: 'LutLayerNormalization', name: 'LayerNorm', fields: layerNormFields, reads: hasNormTables },
  {
    op: 'LayerNormalization',
    name: 'LayerNorm',
    operands: 5,
    fields: layerNormFields,
    reads: (form) => !hasNormTables(form),
    read: unroundedHalf(3),
  },
  { op: 'RMSNormalization', name: 'RMSNorm', operands: 2, fields: rmsNormFields, read: unroundedHalf(2) },
  {
    op: 'Rope',
    name: 'Rope',
    fields: [...ropeFields('enum:round_mode'), fixed('enum:rope_mode', 'rope_mode', 'interleaved_pairs')],
    read: unroundedHalf(3),
  },
  { op: 'GroupNormalization', name: 'GroupNorm', operands: 5, fields: groupNormFields, read: unroundedHalf(3) },
  { op: 'InstanceNormalization', name: 'InstanceNorm', operands: 5, fields: planeNormFields, read: firstOf(3) },
  { op: 'QPixelNormalization', name: 'PixelNorm', operands: 5, fields: planeNormFields, read: firstOf(3), reads: hasIntegerOperand },
  {
    op: 'PixelNormalization',
    name: 'PixelNorm',
    operands: 5,
    fields: planeNormFields,
    read: firstOf(3),
    reads: (form) => !hasIntegerOperand(form),
  },
  {
    op: 'LRN',
    name: 'LRN',
    operands: 3,
    fields: responseNormFields,
    reads: (form) => !hasResponseTables(form),
    read: firstOf(1),
  },
  {
    op: 'QSoftmax',
    name: 'Softmax',
    operands: 6,
    fields: [field('si32', 'axis', 'axis'), fixed('bool', 'log', false), lax('f64', 'beta', 1), textRounding()],
    reads: (form) => hasIntegerOperand(form) && form.inputs[1] !== undefined,
  },
  {
    op: 'Softmax',
    name: 'Softmax',
    operands: 6,
    fields: [...softmaxFields, textRounding()],
    reads: ({ inputs }) => inputs.slice(1).every((input) => input === undefined),
  },
  {
    op: 'QAttention',
    name: 'Attention',
    operands: 13,
    fields: [...attentionFields, field('ints', 'quant_param', 'parameters'), lax('f64', 'relu_limit', -1)],
    reads: hasIntegerOperand,
  },
  {
    op: 'Attention',
    name: 'Attention',
    operands: 13,
    fields: [...attentionFields, lax('ints', 'quant_param', [0]), lax('floats', 'scale_param', [1]), lax('ints', 'zp_param', [0])],
  },
]
