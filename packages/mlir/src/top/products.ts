import { fromStoredDeconv, toStoredDeconv } from '../codec/deconv-weight.ts'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, reluFields } from '../codec/field.ts'
import type { Spelling, WriteForm } from '../codec/spelling.ts'

/** The kernel is the shape of the weight without its first two axes. */
const kernelShape = derived('ints', 'kernel_shape', ({ node, typeOf }: WriteForm) => typeOf(node.inputs[1]!).shape.slice(2))

export const windowFields: readonly Field[] = [
  kernelShape,
  field('ints', 'strides', 'strides'),
  field('ints', 'pads', 'pads'),
  field('i64', 'group', 'group', { value: 1 }),
  field('ints', 'dilations', 'dilations', { absent: [] }),
]

export const matMulFields: readonly Field[] = [
  field('bool', 'right_transpose', 'transB', { value: false }),
  field('bool', 'left_transpose', 'transA', { value: false }),
  field('bool', 'output_transpose', 'transY', { value: false }),
  field('bool', 'hdim_is_batch', 'headsAsBatch', { value: false }),
  field('bool', 'keep_dims', 'keepdims', { value: true }),
  fixed('bool', 'is_lora', false),
  fixed('string', 'dq_type', 'NONE'),
  fixed('i64', 'q_group_size', 0),
]

/** Convolutions and matrix products. */
export const products: readonly Spelling[] = [
  {
    op: 'Conv',
    name: 'Conv',
    operands: 3,
    fields: [...windowFields, ...reluFields, lax('bool', 'dynweight_reorderd', false), lax('i64', 'weight_is_coeff', 1)],
  },
  {
    op: 'ConvTranspose',
    name: 'Deconv',
    operands: 3,
    fields: [
      ...windowFields,
      field('ints', 'output_padding', 'output_padding', { absent: [] }),
      ...reluFields,
      lax('bool', 'dynweight_reorderd', false),
    ],
    read: fromStoredDeconv,
    writeInputs: toStoredDeconv,
  },
  {
    op: 'MatMul',
    name: 'MatMul',
    operands: 3,
    fields: [...matMulFields, ...reluFields],
    // Heads of single operands come with the rewrites of back ends, and no Top file has them.
    writes: ({ attrs }) => (attrs['heads'] as readonly string[]).length === 0,
  },
  { op: 'Affine', name: 'Scale', operands: 3, fields: reluFields },
]
