import type { AttrValue } from '@q/ir'
import { fromStoredDeconv, toStoredDeconv } from '../codec/deconv-weight.ts'
import type { Field } from '../codec/field.ts'
import { derived, field, fixed, lax, reluFields } from '../codec/field.ts'
import type { ReadForm, Spelling, WriteForm } from '../codec/spelling.ts'
import type { ElementName } from '../text/mlir-module.ts'
import { matMulFields, windowFields } from '../top/products.ts'
import { hasIntegerOperand, hasIntegerWeight } from './number-kinds.ts'
import {
  idleQuantMode,
  impliedRounding,
  multipliersAndShifts,
  plainRelu,
  quantMode,
  roundsAsImplied,
  textRounding,
} from './requantization.ts'

const withBias = derived('bool', 'with_bias', ({ inputs }) => inputs[2] !== undefined)
const perChannel: readonly Field[] = [
  field('ints', 'multiplier', 'multipliers', { absent: [] }),
  field('ints', 'rshift', 'shifts', { absent: [] }),
  quantMode,
]

/** Bits that a code of a weight is kept in, where it is less than a byte. */
const weightBits = field('i64', 'weight_bits', 'weightBits', { absent: 8 })

const convFields: readonly Field[] = [
  ...windowFields,
  withBias,
  lax('bool', 'coeff_merged', false),
  lax('bool', 'dynweight_reorderd', false),
  fixed('i64', 'kernel_zp', 0),
  lax('bool', 'support_compress', true),
  lax('i64', 'use_3ic_optimize', 0),
  lax('i64', 'weight_is_coeff', 1),
  textRounding('HalfUp'),
]
const deconvFields: readonly Field[] = [
  ...windowFields,
  field('ints', 'output_padding', 'output_padding', { absent: [] }),
  withBias,
  lax('bool', 'dynweight_reorderd', false),
]
/** Flags of a product that reads heads of single operands swapped: they stand where those of transposition do. */
const headFlags = { left_transpose: 'a', right_transpose: 'b', output_transpose: 'y' } as const
const headFields: readonly Field[] = [
  ...Object.entries(headFlags).map(([name, which]) =>
    derived('bool', name, ({ attrs }) => (attrs['heads'] as readonly string[]).includes(which)),
  ),
  derived('bool', 'hdim_is_batch', () => true),
  field('bool', 'keep_dims', 'keepdims', { value: true }),
  fixed('bool', 'is_lora', false),
  fixed('string', 'dq_type', 'NONE'),
  fixed('i64', 'q_group_size', 0),
  lax('bool', 'fuse_rq', false),
  lax('i64', 'left_reuse', 1),
  textRounding(),
]
const isTrue = ({ operation }: ReadForm, name: string): boolean => {
  const attribute = operation.attributes.get(name)
  return attribute?.kind === 'bool' && attribute.value
}
/** A turned left operand or result beside heads is no turned matrix: no lowering makes both. */
const readsHeads = (form: ReadForm): boolean =>
  isTrue(form, 'hdim_is_batch') && (isTrue(form, 'left_transpose') || isTrue(form, 'output_transpose'))
const headsOf = (form: ReadForm) => Object.entries(headFlags).flatMap(([name, which]) => (isTrue(form, name) ? [which] : []))
const isTurned = ({ attrs }: WriteForm): boolean =>
  [attrs['transA'], attrs['transB'], attrs['transY'], attrs['headsAsBatch']].includes(true)

const tpuMatMul: readonly Field[] = [...matMulFields, lax('bool', 'fuse_rq', false), lax('i64', 'left_reuse', 1), textRounding()]

const kernelRank = ({ node, typeOf }: WriteForm): number => typeOf(node.inputs[1]!).shape.length - 2
/** A convolution with int32 results is plain sums, whatever factors stand there. */
const sumsOrRounding = ({ resultTypes }: ReadForm, attrs: Readonly<Record<string, AttrValue>>) =>
  resultTypes[0]?.dtype === 'i32'
    ? { attrs: { requantize: 'none', rounding: impliedRounding('none'), multipliers: [], shifts: [] } }
    : { attrs: { rounding: impliedRounding(attrs['requantize']) } }

/** Weights of convolutions are signed integers; the family that only shifts declares them without a sign. */
function convElement({ attrs, inputs, typeOf }: WriteForm, operand: number): ElementName | undefined {
  const type = typeOf(inputs[operand]!)
  if (operand === 1 && type.dtype === 'i8' && attrs['requantize'] !== 'shift') return 'si8'
  return undefined
}

/** Weights of matrix products are declared without a sign, with one where TFLite's requantization follows. */
function matMulElement({ attrs, inputs, typeOf }: WriteForm, operand: number): ElementName | undefined {
  if (attrs['requantize'] !== 'quantized-multiplier') return undefined
  const { dtype } = typeOf(inputs[operand]!)
  return dtype === 'i8' ? 'si8' : dtype === 'i32' ? 'si32' : undefined
}

/** Whether a convolution takes its operand as it is; one of elements that are spread is no operator of graphs. */
const isDense = ({ operation }: ReadForm): boolean => {
  const inserts = operation.attributes.get('inserts')
  return inserts?.kind !== 'ints' || inserts.values.every((each) => Number(each) === 0)
}

function conv(name: 'Conv2D' | 'Conv3D'): readonly Spelling[] {
  const isRight = (form: WriteForm): boolean => (kernelRank(form) === 3) === (name === 'Conv3D')
  return [
    {
      op: 'QConv',
      name,
      operands: 3,
      fields: [...convFields, ...plainRelu, ...perChannel, weightBits, lax('bool', 'do_winograd', false)],
      reads: (form) => hasIntegerWeight(form) && isDense(form),
      read: sumsOrRounding,
      writes: (form) => isRight(form) && roundsAsImplied(form),
      elementName: convElement,
    },
    {
      op: 'Conv',
      name,
      operands: 3,
      fields: [...convFields, ...reluFields, idleQuantMode],
      reads: (form) => ((form) => !hasIntegerWeight(form))(form) && isDense(form),
      writes: isRight,
    },
  ]
}

/** Convolutions and matrix products, on codes and on floats. */
export const tpuProducts: readonly Spelling[] = [
  ...conv('Conv2D'),
  ...conv('Conv3D'),
  {
    op: 'QConvTranspose',
    name: 'Deconv',
    operands: 3,
    fields: [...deconvFields, ...plainRelu, ...perChannel],
    reads: hasIntegerWeight,
    read(form, attrs) {
      fromStoredDeconv(form, attrs)
      const requantize = form.operation.attributes.has('rshift') ? attrs['requantize']! : 'none'
      return { attrs: { requantize, rounding: impliedRounding(requantize) } }
    },
    writes: roundsAsImplied,
    writeInputs: toStoredDeconv,
    elementName: convElement,
  },
  {
    op: 'ConvTranspose',
    name: 'Deconv',
    operands: 3,
    fields: [...deconvFields, ...reluFields, idleQuantMode],
    read: fromStoredDeconv,
    writeInputs: toStoredDeconv,
  },
  {
    op: 'QMatMul',
    name: 'MatMul',
    operands: 5,
    fields: [
      ...tpuMatMul,
      ...plainRelu,
      ...multipliersAndShifts,
      quantMode,
      weightBits,
      derived('i64', 'input_zp', (form) => (form.attrs['zeroPointInSum'] === false ? zeroPoint(form, 0) : 0)),
      derived('i64', 'right_zp', (form) => zeroPoint(form, 1)),
      derived('bool', 'cal_i8', ({ attrs }) => (attrs['requantize'] === 'multiplier-shift' ? true : undefined)),
    ],
    reads: hasIntegerOperand,
    read: ({ inputs }, attrs) => ({ inputs: inputs.slice(0, 3), attrs: { rounding: impliedRounding(attrs['requantize']) } }),
    writes: roundsAsImplied,
    elementName: matMulElement,
  },
  {
    op: 'MatMul',
    name: 'MatMul',
    operands: 5,
    fields: [
      ...headFields,
      ...reluFields,
      lax('ints', 'multipliers', [1]),
      lax('ints', 'rshifts', [0]),
      idleQuantMode,
      lax('i64', 'input_zp', 0),
      lax('i64', 'right_zp', 0),
    ],
    reads: (form) => !hasIntegerOperand(form) && readsHeads(form),
    read: (form) => ({ inputs: form.inputs.slice(0, 3), attrs: { heads: headsOf(form) } }),
    writes: (form) => (form.attrs['heads'] as readonly string[]).some((which) => which !== 'b') && !isTurned(form),
  },
  {
    op: 'MatMul',
    name: 'MatMul',
    operands: 5,
    fields: [
      ...tpuMatMul,
      ...reluFields,
      lax('ints', 'multipliers', [1]),
      lax('ints', 'rshifts', [0]),
      idleQuantMode,
      lax('i64', 'input_zp', 0),
      lax('i64', 'right_zp', 0),
    ],
    read: ({ inputs }) => ({ inputs: inputs.slice(0, 3) }),
  },
]

function zeroPoint({ inputs, typeOf }: WriteForm, operand: number): number {
  return typeOf(inputs[operand]!).quant?.zeroPoint ?? 0
}
