import type { Field } from '../codec/field.ts'
import { constantValue, field, fixed, lax, notScalar, reluFields, selects } from '../codec/field.ts'
import type { ConstantField, ReadForm, Spelling } from '../codec/spelling.ts'

const scales: readonly Field[] = [field('f64', 'scale_h', 'scale_h', { value: -1 }), field('f64', 'scale_w', 'scale_w', { value: -1 })]
const resizeFields: readonly Field[] = [
  field('string', 'mode', 'mode'),
  field('string', 'coord_mode', 'coordinate_transformation_mode'),
  ...scales,
]
export const upsampleFields: readonly Field[] = [field('i64', 'scale_h', 'scale_h'), field('i64', 'scale_w', 'scale_w'), ...reluFields]

/** Numbers as TPU-MLIR 1.30.2 has them; it has none for `cubic`. */
export const gridFields: readonly Field[] = [
  field('i64', 'mode', 'mode', { words: { linear: 0, nearest: 1, cubic: 2 } }),
  field('i64', 'padding_mode', 'padding_mode', { words: { zeros: 0, border: 1, reflection: 2 } }),
  field('bool', 'align_corners', 'align_corners'),
]

/** Sizes are those of the result; a tensor with the wanted shape says the same. */
export function readResize({ inputs, resultTypes, typeOf, attrs }: ReadForm & { readonly attrs: Readonly<Record<string, unknown>> }) {
  const sizes = resultTypes[0]!.shape.slice(-2)
  const source = typeOf(inputs[0]!).shape.slice(-2)
  const scale = (name: string, k: number): number => (Number(attrs[name]) > 0 ? Number(attrs[name]) : sizes[k]! / source[k]!)
  return { inputs: [inputs[0]], attrs: { sizes, scale_h: scale('scale_h', 0), scale_w: scale('scale_w', 1) } }
}

/** Graph operators by the text's `mode`, which has the same names. */
export const reductions = ['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'ReduceL1', 'ReduceL2'] as const
export const reduceFields = (op: string): readonly Field[] => [
  field('ints', 'axes', 'axes'),
  field('bool', 'keepdims', 'keepdims'),
  selects('string', 'mode', op),
  notScalar,
]

const topKFields: readonly Field[] = [
  field('i64', 'axis', 'axis'),
  field('i64', 'K', 'k'),
  field('bool', 'largest', 'largest', { value: true }),
  field('bool', 'sorted', 'sorted', { value: true }),
  fixed('bool', 'replace_topk_indices', false),
  lax('bool', 'use_hau', true),
]

/** Constants of one element in the places of the two branches, as attributes. */
export function whereSpellings(name: string, operands: number): readonly Spelling[] {
  return [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ].map(([xIsConstant, yIsConstant]): Spelling => {
    const constants: ConstantField[] = []
    if (xIsConstant) constants.push({ at: 1, name: 'x_const_val', keepsPlace: true })
    if (yIsConstant) constants.push({ at: 2, name: 'y_const_val', keepsPlace: true })
    return {
      op: 'Where',
      name,
      operands,
      constants,
      fields: [
        selects('bool', 'x_is_const', xIsConstant!),
        selects('bool', 'y_is_const', yIsConstant!),
        constantValue('x_const_val'),
        constantValue('y_const_val'),
      ],
    }
  })
}

/** Resampling, reductions, choices. */
export const selection: readonly Spelling[] = [
  { op: 'Resize', name: 'Interp', fields: resizeFields, operands: 2, read: (form, attrs) => readResize({ ...form, attrs }) },
  { op: 'Upsample', name: 'Upsample', fields: upsampleFields },
  { op: 'GridSample', name: 'GridSampler', fields: gridFields },
  ...reductions.map((op): Spelling => ({ op, name: 'Reduce', fields: reduceFields(op) })),
  ...(['ArgMax', 'ArgMin'] as const).map(
    (op): Spelling => ({
      op,
      name: 'Arg',
      results: 2,
      fields: [
        field('i64', 'axis', 'axis'),
        field('bool', 'keepdims', 'keepdims'),
        selects('string', 'mode', op),
        field('bool', 'select_last_index', 'select_last_index', { value: true }),
      ],
      writes: ({ attrs }) => (attrs['shape'] as readonly number[]).length === 0,
    }),
  ),
  { op: 'TopK', name: 'TopK', results: 2, fields: topKFields, read: ({ inputs }) => ({ inputs: inputs.slice(0, 1) }) },
  ...whereSpellings('Where', 3),
]
