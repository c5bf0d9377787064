import { defineTarget, type FrameAlignment, type Target } from '@q/ir'
import type { activationOps } from '@q/ir/lowering'

/** The chips of the family: one arithmetic, files of their own. */
export const chips = ['cv183x', 'cv182x', 'cv181x', 'cv180x'] as const

/** A chip of the family. */
export type Chip = (typeof chips)[number]

const each = <T>(ops: readonly string[], made: T): Record<string, T> => Object.fromEntries(ops.map((op) => [op, made]))

/** Boards and the processors on them, in lower case without signs between letters, by what people call them, and the chip of the family inside. */
export const boards: Readonly<Record<string, Chip>> = {
  ...each(['milkvduo', 'cv1800b', 'cv1801b', 'cv1800', 'cv1801'], 'cv180x'),
  ...each(['milkvduo256m', 'milkvduos', 'sg2000', 'sg2002', 'licheervnano'], 'cv181x'),
  ...each(['cv1810c', 'cv1811c', 'cv1811h', 'cv1812cp', 'cv1812h', 'cv1813h', 'huashanpi'], 'cv181x'),
  ...each(['cv1821', 'cv1822', 'cv1823', 'cv1825', 'cv1826'], 'cv182x'),
  ...each(['cv1829', 'cv1832', 'cv1835', 'cv1838'], 'cv183x'),
}

/** The chip's float type is bfloat16, whatever float is asked for. */
const codes = { INT8: 'INT8', BF16: 'BF16', F16: 'BF16', F32: 'BF16' } as const
const floats = { INT8: 'BF16', BF16: 'BF16', F16: 'BF16', F32: 'BF16' } as const
/** Computed beside the chip, by the processor that feeds it. */
const host = { INT8: 'HOST', BF16: 'HOST', F16: 'HOST', F32: 'HOST' } as const

/** Operators whose codes are looked up: those of which the vendor's lowering has a table. */
const tables = [
  'Elu',
  'Exp',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'Log',
  'Mish',
  'Sigmoid',
  'Silu',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Tanh',
] as const satisfies typeof activationOps

/** Operators that copy codes or choose among them. */
const copies = [
  'Abs',
  'DepthToSpace',
  'MaxPool',
  'Pad',
  'Relu',
  'Reshape',
  'Reverse',
  'Slice',
  'Squeeze',
  'Tile',
  'Transpose',
  'Unsqueeze',
] as const

const shapeOps = ['Reshape', 'Squeeze', 'Transpose', 'Unsqueeze'] as const

/** Forms of pictures of which the chips make a network's numbers. */
const pictureForms = ['RGB_PLANAR', 'RGB_PACKED', 'BGR_PLANAR', 'BGR_PACKED', 'GRAYSCALE', 'RGBA_PLANAR'] as const

/** How the chips' video processing pads frames. */
const alignments: Readonly<Record<Chip, FrameAlignment>> = {
  cv183x: { row: 32, plane: 4096 },
  cv182x: { row: 64, plane: 64 },
  cv181x: { row: 64, plane: 64 },
  cv180x: { row: 64, plane: 64 },
}

/** How floats inside a network become codes. */
export const castRounding = 'half-to-even'

/** Everything the lowerings, the resolver and the search need to know of a chip of the family. */
export const targetOf = (chip: Chip): Target =>
  defineTarget({
    name: chip,
    modes: ['INT8', 'BF16'],
    schemes: {
      INT8: {
        kind: 'integer',
        activations: { bits: 8, sign: 'signed', zeroPoint: 'none' },
        weights: { bits: 8, sign: 'signed', zeroPoint: 'none', granularity: 'per-axis' },
        multipliers: {
          sum: { kind: 'quantized-multiplier' },
          operand: { kind: 'doubling' },
          product: { kind: 'quantized-multiplier' },
          cast: { kind: 'doubling' },
        },
        rounding: {
          requantize: 'half-up',
          requantizeOf: each(['Conv', 'ConvTranspose', 'MatMul', 'Mul', 'Affine', 'Resize', 'Upsample'], 'half-away-from-zero'),
          cast: castRounding,
          table: 'half-away-from-zero',
          weight: 'half-to-even',
        },
      },
      BF16: { kind: 'float', dtype: 'bf16', bf16: 'saturate' },
      F16: { kind: 'float', dtype: 'bf16', bf16: 'saturate' },
      F32: { kind: 'float', dtype: 'bf16', bf16: 'saturate' },
      HOST: { kind: 'float', dtype: 'f32' },
    },
    defaultFloat: 'BF16',
    floatModes: ['BF16'],
    ops: {
      ...each(tables, codes),
      ...each(copies, codes),
      ...each(
        ['Add', 'Affine', 'AveragePool', 'Concat', 'Conv', 'ConvTranspose', 'LeakyRelu', 'MatMul', 'Max', 'Min', 'Mul', 'PRelu', 'Sub'],
        codes,
      ),
      ...each(['ArgMax', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceSum', 'Resize', 'Upsample'], codes),
      ...each(['Div#constant', 'Mul#constant', 'Pow#constant', 'Max#constant', 'Min#constant', 'Sub#constant'], codes),
      ...each(
        ['Add#constant', 'Clip', 'Div', 'Gather', 'InstanceNormalization', 'LRN', 'LayerNormalization', 'ReduceL2', 'Softmax', 'TopK'],
        floats,
      ),
      ...each(['CumSum', 'GatherElements', 'GatherND', 'GridSample'], host),
    },
    rangeImport: {
      Abs: 'symmetric',
      Mul: 'product',
      Sigmoid: 'unit-unless-log',
      Softmax: 'unit',
      Sub: 'difference',
    },
    rangeSteps: [
      [{ rule: 'forward', ops: shapeOps }],
      [{ rule: 'unify-operands', ops: ['Concat', 'Max', 'Min'] }],
      [{ rule: 'backward', ops: ['Abs', 'DepthToSpace', 'LeakyRelu', 'MaxPool', 'Relu'] }],
      [
        {
          rule: 'forward',
          ops: [
            ...shapeOps,
            'Abs',
            'LeakyRelu',
            'Max#constant',
            'MaxPool',
            'Min#constant',
            'Mul#constant',
            'Pad',
            'ReduceMax',
            'ReduceMin',
            'Relu',
            'Reverse',
            'Slice',
            'Tile',
          ],
        },
      ],
    ],
    typeFollowers: ['Reshape', 'Squeeze', 'Tile', 'Unsqueeze'],
    automaticPlan: { unevenAdd: 'BF16', cancellingFromNumber: 'BF16' },
    casts: { suffixes: { i8: 'si8' }, through: 'bf16', bf16: 'truncate', ofInputs: { rounding: 'half-away-from-zero' } },
    pictures: { forms: pictureForms, alignment: alignments[chip] },
    tolerance: { INT8: [0.9, 0.8], BF16: [0.99, 0.9], F16: [0.99, 0.9], F32: [0.99, 0.9] },
  })
