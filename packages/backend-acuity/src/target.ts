import {
  type CodeStorage,
  defineTarget,
  type IntegerScheme,
  type OpForm,
  type OpModes,
  type QuantMode,
  type Scheme,
  type Target,
} from '@q/ir'
import { activationOps } from '@q/ir/lowering'
import { type Chip, chips, factsOfChip } from './chips.ts'

const each = <T>(ops: readonly string[], made: T): Record<string, T> => Object.fromEntries(ops.map((op) => [op, made]))

/** Sums are brought to the scale of the result in float32: multipliers of 24 bits, halves to even. */
const single = { kind: 'doubling', largest: 2 ** 24 - 1, rounding: 'nearest' } as const

const integers = (activations: CodeStorage, weights: CodeStorage, bias: 'i32' | 'i64' = 'i32'): IntegerScheme => ({
  kind: 'integer',
  activations,
  weights,
  bias,
  multipliers: { sum: single, operand: single, product: single, cast: single },
  rounding: { requantize: 'half-to-even', cast: 'half-to-even', weight: 'half-to-even' },
})

const asymmetric = (sign: 'signed' | 'unsigned'): CodeStorage => ({ bits: 8, sign, zeroPoint: 'by-range', arithmetic: 'single' })
const symmetric: CodeStorage = { bits: 8, sign: 'signed', zeroPoint: 'none', arithmetic: 'single' }
const fixedPoint = (bits: 8 | 16): CodeStorage => ({ bits, sign: 'signed', zeroPoint: 'none', scale: 'fixed-point', arithmetic: 'single' })

/** What each mode stores: a quantizer with a type of codes (spec/acuity.md 2.3, 4.1). */
const schemes = {
  /** `asymmetric_affine`, `uint8`: weights with zero points too. */
  UINT8: integers(asymmetric('unsigned'), asymmetric('unsigned')),
  /** `perchannel_symmetric_affine`, `int8`: activations with zero points, a scale for each filter. */
  PCQ: integers(asymmetric('signed'), { ...symmetric, granularity: 'per-axis' }),
  /** `symmetric_affine`, `int8`. */
  SYM8: integers(symmetric, symmetric),
  /** `dynamic_fixed_point`, `int8`. */
  DFP8: integers(fixedPoint(8), fixedPoint(8)),
  /** `dynamic_fixed_point`, `int16`. */
  DFP16: integers(fixedPoint(16), fixedPoint(16), 'i64'),
  QBF16: { kind: 'float', dtype: 'bf16', bf16: 'round' },
  BF16: { kind: 'float', dtype: 'bf16', bf16: 'round' },
  F16: { kind: 'float', dtype: 'f16' },
  F32: { kind: 'float', dtype: 'f32' },
} as const satisfies Readonly<Record<string, Scheme>>

/** A mode of the family. */
export type AcuityMode = keyof typeof schemes

/** Modes that compute on codes. */
export const codeModes: readonly AcuityMode[] = ['UINT8', 'PCQ', 'SYM8', 'DFP8', 'DFP16']

const own: OpModes = Object.fromEntries(Object.keys(schemes).map((mode) => [mode, mode]))
/** On codes these are computed in half floats, as the toolkit leaves them without `--rebuild-all`. */
const floats: OpModes = { ...own, ...each(codeModes, 'F16') }
const wide: OpModes = each(Object.keys(schemes), 'F32')

/** Operators that are a function of each element. */
export const functions: readonly string[] = activationOps

/** Operators that move codes or choose among them. */
export const copies = [
  'Concat',
  'DepthToSpace',
  'Max',
  'MaxPool',
  'Min',
  'Pad',
  'Relu',
  'Reshape',
  'Reverse',
  'ShuffleChannel',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
  'Upsample',
] as const satisfies readonly OpForm[]

/** Operators of which the chip has a form on codes of its own. */
const computed = [
  'Add',
  'Add#constant',
  'AveragePool',
  'Conv',
  'LeakyRelu',
  'MatMul',
  'Mul',
  'Mul#constant',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceSum',
  'Sub',
  'Sub#constant',
] as const satisfies readonly OpForm[]

/** Functions of each element whose operators have a number beside the tensor. */
export const functionsWithNumber = ['Div#constant', 'Pow#constant', 'Max#constant', 'Min#constant'] as const satisfies readonly OpForm[]

/** Operators that compute in half floats where codes are asked for. */
export const floatOperators = [
  'Affine',
  'Clip',
  'ConvTranspose',
  'Div',
  'GroupNormalization',
  'InstanceNormalization',
  'LRN',
  'LayerNormalization',
  'PRelu',
  'Pow',
  'RMSNormalization',
  'ReduceL1',
  'ReduceL2',
  'ReduceProd',
  'Resize',
  'Softmax',
] as const satisfies readonly OpForm[]

/** Operators that compute in float32 whatever is asked for. */
const wideOperators = ['Gather', 'GatherElements', 'Where', 'Cast', 'ArgMax', 'ArgMin', 'TopK'] as const satisfies readonly OpForm[]

const shapes = ['Reshape', 'Squeeze', 'Unsqueeze'] as const

function targetFor(chip: Chip): Target {
  const { without = {} } = factsOfChip(chip)
  const has = (mode: string): boolean => !(mode in without)
  const known = <T>(modes: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(modes).filter(([mode]) => has(mode)))
  const modes: readonly QuantMode[] = Object.keys(schemes).filter(has)
  const ops: Readonly<Record<string, OpModes>> = {
    ...each([...functions, ...copies, ...computed, ...functionsWithNumber], known(own as Record<string, QuantMode>)),
    ...each(floatOperators, known(floats as Record<string, QuantMode>)),
    ...each(wideOperators, known(wide as Record<string, QuantMode>)),
  }
  return defineTarget({
    name: chip,
    modes,
    schemes: known<Scheme>(schemes),
    defaultFloat: 'F16',
    floatModes: ['DFP16', 'BF16', 'QBF16', 'F16', 'F32'].filter(has),
    ops,
    rangeImport: { Softmax: 'unit', Sigmoid: 'unit-unless-log' },
    rangeSteps: [
      // A pool takes the range of what it reads, not the other way round: in 16 bits its own goes to both sides of zero.
      [{ rule: 'backward', ops: ['Relu'] }],
      [{ rule: 'forward', ops: [...shapes, 'MaxPool', 'Transpose', 'Slice', 'Reverse', 'Tile'] }],
    ],
    typeFollowers: shapes,
    tolerance: {
      UINT8: [0.9, 0.6],
      PCQ: [0.95, 0.7],
      SYM8: [0.9, 0.6],
      DFP8: [0.9, 0.5],
      DFP16: [0.99, 0.9],
      QBF16: [0.99, 0.9],
      BF16: [0.99, 0.9],
      F16: [0.99, 0.9],
      F32: [0.99, 0.99],
    },
  })
}

const targets = new Map(chips.map((chip) => [chip, targetFor(chip)]))

/** Everything the lowerings, the resolver and the search need to know of a chip of the family. */
export const targetOf = (chip: Chip): Target => targets.get(chip)!
