import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, reluFields, topRounding } from '../codec/field.ts'
import type { Spelling, WriteForm } from '../codec/spelling.ts'

const poolFields: readonly Field[] = [
  field('ints', 'kernel_shape', 'kernel_shape'),
  field('ints', 'strides', 'strides'),
  field('ints', 'pads', 'pads'),
  fixed('bool', 'is_adaptive', false),
  fixed('i64', 'pad_value', 0),
]

/** A maximum has no padding to count and keeps its axes; an average says both. */
export const maxPoolFields: readonly Field[] = [
  ...poolFields,
  lax('bool', 'count_include_pad', false),
  field('bool', 'keepdims', 'keepdims', { value: true }),
]
export const averagePoolFields: readonly Field[] = [
  ...poolFields,
  field('bool', 'count_include_pad', 'count_include_pad', { value: false }),
  field('bool', 'keepdims', 'keepdims', { value: true }),
]

const topPool: readonly Field[] = [...reluFields, topRounding, lax('string', 'first_round_mode', 'HalfAwayFromZero')]

const epsilon = field('f64', 'eps', 'epsilon', { value: 1e-5 })

export const layerNormFields: readonly Field[] = [
  derived('ints', 'normalized_shape', ({ node, attrs, typeOf }: WriteForm) => {
    const { shape } = typeOf(node.inputs[0]!)
    return shape.slice(attrs['axis'] as number)
  }),
  field('si32', 'axis', 'axis'),
  epsilon,
]
export const rmsNormFields: readonly Field[] = [epsilon, lax('bool', 'weight_keep_f32', false)]
/** How products and sums of codes are rounded: of floats they are not. */
export const ropeFields = (rounding: 'string' | 'enum:round_mode'): readonly Field[] => [
  ...['add', 'mul1', 'mul2'].flatMap((step) => [
    lax(rounding, `${step}_round_mode`, 'HalfAwayFromZero'),
    lax('bool', `${step}_saturation`, true),
    fixed('si32', `${step}_shift`, 0),
  ]),
  lax('bool', 'force_f32', false),
  lax('bool', 'is_permute_optimize', false),
]
export const groupNormFields: readonly Field[] = [field('i64', 'num_groups', 'num_groups'), epsilon]
export const planeNormFields: readonly Field[] = [epsilon]
export const responseNormFields: readonly Field[] = [
  field('i64', 'size', 'size'),
  field('f64', 'alpha', 'alpha', { value: 1e-4 }),
  field('f64', 'beta', 'beta', { value: 0.75 }),
  field('f64', 'bias', 'bias', { value: 1 }),
]

export const softmaxFields: readonly Field[] = [
  field('si32', 'axis', 'axis'),
  field('bool', 'log', 'log', { value: false }),
  fixed('f64', 'beta', 1),
]

/** Pools, normalizations, Softmax. */
export const poolsAndNorms: readonly Spelling[] = [
  { op: 'MaxPool', name: 'MaxPool', fields: [...maxPoolFields, ...topPool] },
  { op: 'AveragePool', name: 'AvgPool', fields: [...averagePoolFields, ...topPool] },
  { op: 'LayerNormalization', name: 'LayerNorm', fields: layerNormFields, operands: 3 },
  { op: 'RMSNormalization', name: 'RMSNorm', fields: rmsNormFields, operands: 2 },
  { op: 'Rope', name: 'Rope', fields: [...ropeFields('string'), fixed('string', 'rope_mode', 'interleaved_pairs')] },
  { op: 'GroupNormalization', name: 'GroupNorm', fields: groupNormFields, operands: 3 },
  { op: 'InstanceNormalization', name: 'InstanceNorm', fields: planeNormFields, operands: 3 },
  { op: 'PixelNormalization', name: 'PixelNorm', fields: planeNormFields, operands: 3 },
  { op: 'LRN', name: 'LRN', fields: responseNormFields },
  { op: 'Softmax', name: 'Softmax', fields: [...softmaxFields, topRounding] },
]
