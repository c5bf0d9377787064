import { defineTarget, type OpForm, type OpModes, type QuantMode, type Target } from '@q/ir'
import { type ChipFacts, chipFacts } from './chips.ts'
import { int8, int8WithZeroPoints, narrowWeights, rounding } from './schemes.ts'

/** What an operator is computed in where a mode is asked for. @param bf16 half floats where those of the other kind are */
const modes = (int8: QuantMode, f16: QuantMode, bf16: QuantMode = f16 === 'F16' ? 'BF16' : f16): OpModes => ({
  INT8: int8,
  W4INT8: int8,
  F16: f16,
  BF16: bf16,
  F32: 'F32',
})

const each = <T>(ops: readonly OpForm[], made: T): Partial<Record<OpForm, T>> => Object.fromEntries(ops.map((op) => [op, made]))

/** Operators that run in every mode they are asked for. */
const native: readonly OpForm[] = [
  'Abs',
  'Add',
  'Add#constant',
  'Concat',
  'Conv',
  'ConvTranspose',
  'DepthToSpace',
  'Equal',
  'Exp',
  'Floor',
  'Ceil',
  'Round',
  'ScatterND',
  'Greater',
  'GreaterOrEqual',
  'HardSwish',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Log',
  'MatMul',
  'Max',
  'Max#constant',
  'MaxPool',
  'Min',
  'Min#constant',
  'Mul',
  'Mul#constant',
  'Not',
  'NotEqual',
  'PRelu',
  'Pad',
  'Relu',
  'Reshape',
  'ShuffleChannel',
  'Sign',
  'Slice',
  'Softmax',
  'Squeeze',
  'Sub',
  'Sub#constant',
  'SwapDimInner',
  'Tile',
  'Transpose',
  'Unsqueeze',
  'Upsample',
  'Where',
  'And',
  'Xor',
  'Affine',
]

/** Operators whose float form is float32. */
const wide: readonly OpForm[] = [
  'AveragePool',
  'Cos',
  'Cosh',
  'Div#constant',
  'Elu',
  'Erf',
  'Gelu',
  'HardSigmoid',
  'Mish',
  'PixelNormalization',
  'Pow#constant',
  'Rsqrt',
  'Sigmoid',
  'Silu',
  'Sin',
  'Sinh',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Swish',
  'Tanh',
]

/** Operators without an INT8 form that compute in half floats. */
const half: readonly OpForm[] = [
  'Clip',
  'Gather',
  'GatherElements',
  'LayerNormalization',
  'RMSNormalization',
  'Rope',
  'ReduceL1',
  'ReduceL2',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'Resize',
]

/** Operators that always compute in float32. */
const full: readonly OpForm[] = [
  'Cast',
  'Acos',
  'ArgMax',
  'ArgMin',
  'Atanh',
  'CumSum',
  'Div',
  'GatherND',
  'InstanceNormalization',
  'LRN',
  'Mod',
  'Pow',
  'Reverse',
  'Tan',
  'TopK',
]

const forwardOps: readonly OpForm[] = [
  'Relu',
  'MaxPool',
  'Min#constant',
  'Max#constant',
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Slice',
  'Tile',
  'Pad',
  'Transpose',
  'Reverse',
  'Upsample',
  'LeakyRelu',
  'Abs',
  'Mul#constant',
  'ArgMax',
  'ArgMin',
  'PRelu',
]

const signs = [
  { rule: 'keep-sign', ops: ['AveragePool', 'MaxPool', 'Abs'] },
  { rule: 'sum-sign', ops: ['Add', 'Add#constant', 'Sub#constant'] },
] as const

const branches = [{ rule: 'cover-constants', ops: ['Where'] }] as const

/** Operators on codes whose results are elements of their operands. */
export const copies = [
  'Abs',
  'DepthToSpace',
  'Max',
  'MaxPool',
  'Min',
  'Relu',
  'Reshape',
  'ShuffleChannel',
  'Slice',
  'Squeeze',
  'SwapDimInner',
  'Tile',
  'Transpose',
  'Unsqueeze',
  'Upsample',
] as const

/** What the chip computes otherwise of some layers, which warnings of the lowerings name. */
const computedOtherwise: Partial<Record<OpForm, string>> = {
  ...each(['Gather', 'GatherElements'], 'codes that say which elements to pick are read as whole numbers'),
  ...each([...copies, 'Pad', 'Where'], 'codes of an operand of another scale are read as codes of the result'),
  ...each(
    ['Add', 'Add#constant', 'Affine', 'AveragePool', 'Conv', 'ConvTranspose', 'Div#constant', 'MatMul', 'Mul', 'Sub', 'Sub#constant'],
    'a ReLU with a limit ends at the largest code',
  ),
  ...each(
    ['MaxPool', 'Relu', 'Upsample'],
    'codes of an operand of another scale are read as codes of the result, and a ReLU with a limit ends at the largest code',
  ),
  Attention: 'what the mask hides has the least code, whatever is added',
  PixelNormalization:
    'in half floats, where squares of codes that add up to more than 65504 make 0 of all, and a variance that is small beside the mean is lost',
  'Mul#constant': 'a ReLU is not computed on signed codes, and one with a limit ends at the largest code',
}

/** Operators that compute half floats in half floats on a chip, and in float32 on others. */
const inHalfFloats = (ops: readonly OpForm[]): Partial<Record<OpForm, OpModes>> =>
  Object.fromEntries(ops.map((op) => [op, modes(full.includes(op) ? 'F32' : 'INT8', 'F16')]))

const onNarrowWeights: OpModes = { ...modes('INT8', 'F16'), W4INT8: 'W4INT8' }

/** A chip of the family as data, after TPU-MLIR 1.30.2. */
export const targetOf = (name: string, facts: ChipFacts): Target =>
  defineTarget({
    name,
    modes: ['INT8', 'F16', 'BF16', 'F32', 'W4INT8'],
    schemes: {
      INT8: int8,
      W4INT8: narrowWeights(int8),
      F16: { kind: 'float', dtype: 'f16', rounding },
      BF16: { kind: 'float', dtype: 'bf16', rounding },
      F32: { kind: 'float', dtype: 'f32', rounding },
    },
    ...(facts.offersZeroPoints ? { asymmetricSchemes: { INT8: int8WithZeroPoints, W4INT8: narrowWeights(int8WithZeroPoints) } } : {}),
    defaultFloat: 'F16',
    floatModes: ['F16', 'BF16', 'F32'],
    ops: {
      ...each(native, modes('INT8', 'F16')),
      ...each(wide, modes('INT8', 'F32')),
      ...each(half, modes('F16', 'F16')),
      ...each(full, modes('F32', 'F32')),
      Attention: { ...modes('INT8', 'F16'), F32: 'F16' },
      AveragePool: modes('INT8', 'F32', 'BF16'),
      Conv: onNarrowWeights,
      CumSum: modes('F32', 'F32', 'BF16'),
      GroupNormalization: modes('F32', 'F16', 'F32'),
      HardSigmoid: modes('INT8', 'F32', 'BF16'),
      InstanceNormalization: modes('F32', 'F32', 'BF16'),
      MatMul: onNarrowWeights,
      'Pow#constant': modes('INT8', 'F32', 'BF16'),
      ScatterElements: modes('F32', 'F16'),
      ...inHalfFloats(facts.inHalfFloats),
      ...each(facts.besideBf16, modes('F16', 'F16', 'F32')),
    },
    highPrecision: { AveragePool: 'F32', Softmax: 'F32', Gelu: 'F32' },
    rangeImport: { Abs: 'symmetric', Softmax: 'unit', Sigmoid: 'unit-unless-log', Mul: 'product', Sub: 'difference' },
    nonNegativeOps: ['Sigmoid', 'Relu'],
    rangeSteps: [
      [{ rule: 'forward', ops: ['Reshape', 'Transpose'] }],
      signs,
      [
        { rule: 'product-sign', ops: ['Mul'] },
        { rule: 'sum-sign', ops: ['Sub#constant'] },
        { rule: 'difference-sign', ops: ['Sub'] },
      ],
      [{ rule: 'unify-operands', ops: ['Concat', 'Min', 'Max'] }],
      [
        { rule: 'backward', ops: ['Relu', 'MaxPool', 'DepthToSpace', 'Abs'] },
        { rule: 'backward-max', ops: ['PRelu', 'LeakyRelu'] },
      ],
      [{ rule: 'sum-of-products', ops: ['Add'] }],
      [{ rule: 'unify-comparison', ops: ['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Xor'] }],
      branches,
      [{ rule: 'forward', ops: forwardOps }],
      signs,
      branches,
    ],
    computedOtherwise,
    truthOps: [
      'Equal#constant',
      'NotEqual#constant',
      'Greater#constant',
      'GreaterOrEqual#constant',
      'Less#constant',
      'LessOrEqual#constant',
    ],
    typeFollowers: ['Reshape', 'Squeeze', 'Unsqueeze', 'Tile'],
    automaticPlan: { unevenAdd: 'F16', cancellingSub: 'F16' },
    casts: { rescale: 'by-width', suffixes: { i8: 'si8', u8: 'ui8', i16: 'si16', u16: 'ui16', i32: 'si32' } },
    pictures: { forms: ['RGB_PLANAR', 'RGB_PACKED', 'BGR_PLANAR', 'BGR_PACKED', 'GRAYSCALE', 'RGBA_PLANAR'] },
    tolerance: { INT8: [0.9, 0.8], W4INT8: [0.9, 0.8], F16: [0.99, 0.9], BF16: [0.99, 0.9], F32: [0.99, 0.99] },
  })

/** BM1684X as data. */
export const target: Target = targetOf('bm1684x', chipFacts.bm1684x)
