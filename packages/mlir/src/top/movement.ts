import { QError } from '@q/ir'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, notScalar, reluFields, topRounding } from '../codec/field.ts'
import { roundingWords } from '../codec/rounding-words.ts'
import { readSlice, sliceFields } from '../codec/slice-fields.ts'
import type { ReadForm, Spelling } from '../codec/spelling.ts'

/** The shape of the result says what is meant, also when the attribute holds -1 or is missing. */
export const reshapeFields: readonly Field[] = [
  derived('ints', 'shape', ({ outputTypes }) => outputTypes[0]!.shape),
  lax('i64', 'flatten_start_dim', -1),
]

export function readReshape({ resultTypes, inputs }: ReadForm) {
  return { inputs: inputs.slice(0, 1), attrs: { shape: resultTypes[0]!.shape } }
}

export const padWords = { constant: 'constant', reflect: 'reflect', edge: 'edge', symmetric: 'symmetric' }
export const concatFields: readonly Field[] = [field('si32', 'axis', 'axis', { value: 1 }), ...reluFields]
export const squeezeFields: readonly Field[] = [field('ints', 'axes', 'axes'), notScalar]
export const depthToSpaceFields: readonly Field[] = [
  field('i64', 'block_h', 'block_h'),
  field('i64', 'block_w', 'block_w'),
  field('bool', 'is_inversed', 'inverse'),
  field('bool', 'swap_cr', 'swapColumnRow', { value: false }),
  derived('bool', 'in_is_NCHW', ({ attrs }) => attrs['channelsLast'] !== true),
  derived('bool', 'out_is_NCHW', ({ attrs }) => attrs['channelsLast'] !== true),
  derived('bool', 'is_CRD', ({ attrs }) => attrs['mode'] === 'CRD'),
]

export function readDepthToSpace({ operation, at }: ReadForm) {
  const flag = (name: string): boolean | undefined => {
    const attribute = operation.attributes.get(name)
    return attribute?.kind === 'bool' ? attribute.value : undefined
  }
  const [before, after] = [flag('in_is_NCHW') ?? true, flag('out_is_NCHW') ?? true]
  if (before !== after) {
    throw new QError('MLIR_ATTRIBUTE', 'a Depth2Space that also moves the channels cannot be read', {
      at,
      found: `in_is_NCHW = ${before}, out_is_NCHW = ${after}`,
      wanted: 'the same for both',
      hint: 'write the change of layout as an operation of its own',
    })
  }
  return { attrs: { mode: flag('is_CRD') === true ? 'CRD' : 'DCR', ...(before ? {} : { channelsLast: true }) } }
}

export const gatherFields: readonly Field[] = [
  field('si32', 'axis', 'axis', { value: 0 }),
  field('bool', 'keepdims', 'keepdims', { value: true }),
  fixed('bool', 'is_lora', false),
  notScalar,
]

/** How a scattered element and its update are joined; the vendor's files have 0 alone. */
const scatterReduction = (type: 'i32' | 'i64'): Field =>
  field(type, 'reduction', 'reduction', { value: 0, words: { none: 0, add: 1, mul: 2, min: 3, max: 4 } })

/** Operators that move, copy or select elements. */
export const movement: readonly Spelling[] = [
  { op: 'Reshape', name: 'Reshape', fields: reshapeFields, read: readReshape },
  { op: 'Squeeze', name: 'Squeeze', fields: squeezeFields },
  { op: 'Unsqueeze', name: 'Unsqueeze', fields: [field('ints', 'axes', 'axes')] },
  { op: 'Transpose', name: 'Permute', fields: [field('ints', 'order', 'perm')] },
  { op: 'Tile', name: 'Tile', fields: [field('ints', 'tile', 'repeats')], read: ({ inputs }) => ({ inputs: inputs.slice(0, 1) }) },
  {
    op: 'Pad',
    name: 'Pad',
    fields: [
      field('ints', 'paddings', 'pads'),
      field('f64', 'val', 'value', { value: 0 }),
      field('string', 'mode', 'mode', { words: padWords }),
    ],
    read: ({ inputs }) => ({ inputs: inputs.slice(0, 1) }),
  },
  { op: 'Slice', name: 'Slice', fields: sliceFields, operands: 4, reads: withoutTensors, read: readSlice },
  {
    op: 'Concat',
    name: 'Concat',
    fields: [...concatFields, lax('bool', 'only_merge', false), topRounding],
  },
  { op: 'DepthToSpace', name: 'Depth2Space', fields: depthToSpaceFields, read: readDepthToSpace },
  { op: 'ShuffleChannel', name: 'ShuffleChannel', fields: [field('i64', 'group', 'group')] },
  { op: 'SwapDimInner', name: 'SwapDimInner', fields: [field('ints', 'offset', 'offsets')] },
  { op: 'Reverse', name: 'Reverse', fields: [field('i64', 'axis', 'axis')] },
  { op: 'Gather', name: 'Gather', fields: gatherFields },
  { op: 'GatherElements', name: 'GatherElements', fields: [field('i64', 'axis', 'axis', { value: 2 })] },
  { op: 'GatherND', name: 'GatherND', fields: [field('i64', 'batch_dims', 'batch_dims', { value: 0 })] },
  { op: 'ScatterND', name: 'ScatterND', fields: [scatterReduction('i32')] },
  {
    op: 'ScatterElements',
    name: 'ScatterElements',
    fields: [field('i64', 'axis', 'axis'), scatterReduction('i64'), lax('bool', 'nc_can_split', false)],
  },
  {
    op: 'CumSum',
    name: 'CumSum',
    fields: [field('i64', 'axis', 'axis')],
    operands: 2,
    read: ({ inputs }) => ({ inputs: inputs.slice(0, 1) }),
  },
  {
    op: 'Cast',
    name: 'Cast',
    fields: [
      field('string', 'to', 'to', {
        words: { f32: 'F32', f16: 'F16', bf16: 'BF16', i32: 'INT32', i16: 'INT16', u16: 'UINT16', i8: 'INT8', u8: 'UINT8' },
      }),
      field('string', 'round_mode', 'rounding', { value: 'HalfAwayFromZero', words: roundingWords }),
    ],
  },
]

/** Whether the offsets, ends and steps are attributes, not tensors. */
export function withoutTensors({ inputs }: ReadForm): boolean {
  return inputs.slice(1).every((input) => input === undefined)
}
