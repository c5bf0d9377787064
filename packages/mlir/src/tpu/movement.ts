import { stridesOf } from '@q/ir'
import { codeLimitsOf } from '@q/ir/graph'
import { encodeBf16Array } from '@q/ir/number'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, selects } from '../codec/field.ts'
import { readSlice, sliceFields } from '../codec/slice-fields.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import {
  concatFields,
  depthToSpaceFields,
  gatherFields,
  padWords,
  readDepthToSpace,
  readReshape,
  reshapeFields,
  squeezeFields,
  withoutTensors,
} from '../top/movement.ts'
import { readResize, reduceFields, reductions, upsampleFields, whereSpellings } from '../top/selection.ts'

const onlyFirst = ({ inputs }: ReadForm) => ({ inputs: inputs.slice(0, 1) })
const firstTwo = ({ inputs }: ReadForm) => ({ inputs: inputs.slice(0, 2) })

import { hostResize } from './host-resize.ts'
import { unroundedHalf } from './number-kinds.ts'

/** Where the elements of a copy go, one behind the other; along an axis of one element TPU-MLIR 1.30.2 repeats the stride that they are taken by. */
const writtenStrides = ({ outputTypes: [result], attrs }: WriteForm): readonly number[] => {
  const { shape } = result!
  const taken = attrs['inputStrides'] as readonly number[]
  return stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? taken[axis]! : stride))
}

const hasNoGaps = ({ operation, resultTypes: [result] }: ReadForm): boolean => {
  const strides = operation.attributes.get('output_stride')
  const { shape } = result!
  return strides?.kind === 'ints' && stridesOf(shape).every((stride, axis) => shape[axis] === 1 || Number(strides.values[axis]) === stride)
}

/** What a padded place holds, on codes a code: one that the text has beyond the codes saturates on the chip. */
function padded({ inputs, typeOf, operation }: ReadForm) {
  const attribute = operation.attributes.get('val')
  const value = attribute?.kind === 'float' ? attribute.value : 0
  const [min, max] = codeLimitsOf(typeOf(inputs[0]!))
  return { inputs: inputs.slice(0, 1), attrs: { value: Math.min(max, Math.max(min, value)) } }
}

/**
 * Operands of a border. Chips whose inputs become codes on their host turn the columns of a reflected one by a product with a matrix, one for each side; without it their
 * compiler reads what is not there.
 */
function withPickers({ inputs, attrs, node, outputTypes, properties, replace }: WriteForm): readonly (string | undefined)[] {
  const pads = attrs['pads'] as readonly number[]
  const rank = pads.length / 2
  if (attrs['mode'] !== 'reflect' || properties['quantizeInputsOnHost'] !== true) return [inputs[0]]
  const dtype = outputTypes[0]!.dtype === 'bf16' ? 'bf16' : 'i8'
  const picker = (side: 0 | 1): string | undefined => {
    const size = pads[rank - 1 + side * rank]!
    if (size === 0) return undefined
    const shape = [size, size]
    const turned = Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) + (i % size) === size - 1 ? 1 : 0))
    const data = dtype === 'bf16' ? encodeBf16Array(Float32Array.from(turned)) : Int8Array.from(turned)
    return replace(`${node.outputs[0]}_select_${side}${dtype === 'bf16' ? '_bf16' : ''}`, { dtype, shape }, { dtype, shape, data })
  }
  return [inputs[0], undefined, picker(0), picker(1)]
}

const resizeFields: readonly Field[] = [
  field('enum:mode', 'mode', 'mode'),
  field('enum:coord_mode', 'coord_mode', 'coordinate_transformation_mode'),
  field('f64', 'scale_h', 'scale_h'),
  field('f64', 'scale_w', 'scale_w'),
  lax('bool', 'ppl_flag', false),
]

/** Operators that move, copy, select or reduce elements, on codes as on floats; tables and buffers are filled in by later passes. */
export const tpuMovement: readonly Spelling[] = [
  { op: 'Reshape', name: 'Reshape', fields: reshapeFields, read: readReshape },
  { op: 'Squeeze', name: 'Squeeze', fields: squeezeFields },
  { op: 'Unsqueeze', name: 'Unsqueeze', fields: [field('ints', 'axes', 'axes')] },
  { op: 'Transpose', name: 'Permute', operands: 2, fields: [field('ints', 'order', 'perm')], read: onlyFirst },
  { op: 'Tile', name: 'Tile', operands: 2, fields: [field('ints', 'tile', 'repeats')], read: onlyFirst },
  {
    op: 'Pad',
    name: 'Pad',
    operands: 5,
    fields: [
      field('ints', 'paddings', 'pads'),
      field('f64', 'val', 'value', { value: 0 }),
      field('enum:Pad_Mode', 'mode', 'mode', { words: padWords }),
      fixed('bool', 'with_insert_zero', false),
    ],
    read: padded,
    writeInputs: withPickers,
    elementName: ({ outputTypes }, operand) => (operand > 0 && outputTypes[0]!.dtype === 'i8' ? 'si8' : undefined),
  },
  { op: 'Slice', name: 'Slice', operands: 5, fields: sliceFields, reads: withoutTensors, read: readSlice },
  {
    op: 'StridedCopy',
    name: 'Copy',
    fields: [
      field('ints', 'shape', 'shape'),
      field('ints', 'input_stride', 'inputStrides'),
      derived('ints', 'output_stride', writtenStrides),
    ],
    reads: hasNoGaps,
  },
  {
    op: 'Concat',
    name: 'Concat',
    fields: [...concatFields, lax('bool', 'only_merge', false)],
    reads: ({ operation }) => !operation.attributes.has('multipliers'),
  },
  { op: 'DepthToSpace', name: 'Depth2Space', fields: depthToSpaceFields, read: readDepthToSpace },
  { op: 'ShuffleChannel', name: 'ShuffleChannel', fields: [field('i64', 'group', 'group')] },
  { op: 'SwapDimInner', name: 'SwapDimInner', fields: [field('ints', 'offset', 'offsets')] },
  { op: 'Reverse', name: 'Reverse', fields: [field('i64', 'axis', 'axis')] },
  { op: 'Gather', name: 'Gather', operands: 3, fields: [...gatherFields, lax('bool', 'if_neg_index', true)], read: firstTwo },
  { op: 'GatherElements', name: 'GatherElements', operands: 4, fields: [field('i64', 'axis', 'axis', { value: 2 })], read: firstTwo },
  { op: 'GatherND', name: 'GatherND', fields: [field('i64', 'batch_dims', 'batch_dims', { value: 0 })] },
  {
    op: 'ScatterND',
    name: 'ScatterND',
    operands: 4,
    fields: [fixed('i32', 'reduction', 0)],
    read: ({ inputs }) => ({ inputs: inputs.slice(0, 3) }),
  },
  {
    op: 'ScatterElements',
    name: 'ScatterElements',
    operands: 5,
    fields: [field('i64', 'axis', 'axis'), fixed('i64', 'reduction', 0), lax('bool', 'nc_can_split', false)],
    read: ({ inputs }) => ({ inputs: inputs.slice(0, 3) }),
  },
  { op: 'CumSum', name: 'CumSum', operands: 2, fields: [field('i64', 'axis', 'axis')], read: onlyFirst },
  { op: 'Upsample', name: 'Upsample', operands: 2, fields: upsampleFields, read: onlyFirst },
  hostResize,
  {
    op: 'Resize',
    name: 'Interp',
    operands: 3,
    fields: resizeFields,
    read: (form, attrs) => ({ ...unroundedHalf(1)(form), ...readResize({ ...form, attrs }) }),
  },
  ...reductions.map((op): Spelling => ({ op, name: 'Reduce', operands: 3, fields: reduceFields(op), read: onlyFirst })),
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
        fixed('bool', 'use_int_input', false),
      ],
    }),
  ),
  {
    op: 'TopK',
    name: 'TopK',
    results: 2,
    read: onlyFirst,
    fields: [
      field('i64', 'axis', 'axis'),
      field('i64', 'K', 'k'),
      field('bool', 'largest', 'largest', { value: true }),
      field('bool', 'sorted', 'sorted', { value: true }),
      fixed('bool', 'replace_topk_indices', false),
      lax('bool', 'use_hau', true),
      lax('bool', 'values_used_only', false),
    ],
    writeInputs: ({ inputs }) => [inputs[0], undefined, undefined, undefined, undefined],
  },
  ...whereSpellings('Where', 4).map(
    (spelling): Spelling => ({ ...spelling, read: ({ inputs, ...form }) => whereInputs({ inputs, ...form }, spelling) }),
  ),
]

/** Drops the buffer, keeps constants that stand for branches. */
function whereInputs(form: ReadForm, { constants = [] }: Spelling) {
  return constants.length > 0 ? {} : { inputs: form.inputs.slice(0, 3) }
}
