import type { CodeStorage, FactorUse, IntegerScheme } from '../contracts/scheme.ts'
import type { OpForm } from '../graph/op-form.ts'
import type { Attrs } from '../graph/types.ts'
import { codeParams } from '../number/quant-params.ts'

/** A weight constant of a case: `count` channels of `taps` numbers each; the layout is that of the case. */
export interface ExactWeights {
  readonly shape: readonly number[]
  readonly channels: number
  /** Where the tap of a channel lies in the constant. */
  readonly place: (channel: number, tap: number) => number
  readonly isBiased: boolean
}

/** A network of one operator whose codes are known exactly: every scale is a power of two, every operand a code. */
export interface ExactCase {
  readonly form: OpForm
  readonly title: string
  readonly operands: readonly (readonly number[])[]
  readonly result: readonly number[]
  readonly weights?: ExactWeights
  readonly attrs?: Attrs
  /** Where factors are needed. */
  readonly factor: FactorUse
  /** The largest magnitude of the operands' codes. */
  readonly reach: readonly number[]
  /** Whether an element of an operand meets the largest weights, and so is nearly always zero. @default none does */
  readonly isQuiet?: (index: number) => boolean
  /** Steps of the operands, and the step of the result by that of the weights of the first channel; powers of two. */
  readonly steps: readonly number[]
  readonly resultStep: (weightStep: number) => number
  /** Operands are brought to the result one by one: a sum, a difference. @default results are rounded once */
  readonly join?: 'add' | 'subtract'
  /** Code of the limit of a ReLU in the result. @default none */
  readonly limit?: number
}

const image = [1, 4, 6, 6]
const step = 2 ** -4
const filters = { strides: [1, 1], pads: [1, 1, 1, 1] }

/** Elements of the last channel of an image meet the largest weights. */
const isLastChannel = (index: number): boolean => Math.floor(index / 36) === 3
const isLastColumns = (index: number): boolean => index % 6 >= 4

const conv: Omit<ExactCase, 'title'> = {
  form: 'Conv',
  operands: [image],
  result: [1, 8, 6, 6],
  weights: { shape: [8, 4, 3, 3], channels: 8, place: (channel, tap) => channel * 36 + tap, isBiased: true },
  attrs: filters,
  factor: 'sum',
  reach: [6],
  isQuiet: isLastChannel,
  steps: [step],
  resultStep: (weightStep) => step * weightStep,
}
const product = {
  form: 'MatMul',
  operands: [[1, 12, 6]],
  result: [1, 12, 5],
  factor: 'sum',
  reach: [6],
  isQuiet: isLastColumns,
  steps: [step],
  resultStep: (weightStep: number) => step * weightStep,
} as const
const columns = (shape: readonly number[]): ExactWeights => ({
  shape,
  channels: 5,
  place: (column, tap) => tap * 5 + column,
  isBiased: true,
})
const rows = (shape: readonly number[]): ExactWeights => ({ shape, channels: 5, place: (row, tap) => row * 6 + tap, isBiased: false })
const pair = { operands: [image, image], result: image, reach: [126, 126] } as const
const apart = { steps: [step / 4, step / 16], resultStep: () => step } as const
const relu = { relu: true }
const limited = { relu: true, reluLimit: 1 }

const pool = (title: string, attrs: Attrs): ExactCase => ({
  form: 'AveragePool',
  title,
  operands: [image],
  result: [1, 4, 7, 7],
  attrs: { kernel_shape: [2, 2], strides: [1, 1], pads: [1, 1, 1, 1], ...attrs },
  factor: 'product',
  reach: [100],
  steps: [step],
  resultStep: () => 2 * step,
})

const sums = (form: 'Add' | 'Sub', join: 'add' | 'subtract'): readonly ExactCase[] => {
  const plain = { form, ...pair, ...apart, factor: 'operand', join } as const
  return [
    { ...plain, title: 'operands of other scales' },
    { ...plain, title: 'a fused ReLU', attrs: relu },
    { ...plain, title: 'a fused ReLU with a limit', attrs: limited, limit: 5 },
  ]
}

/** The networks, by the form of the operator that is examined. */
export const exactCases: readonly ExactCase[] = [
  { ...conv, title: 'filters of other magnitudes, bias' },
  { ...conv, title: 'a fused ReLU', attrs: { ...filters, ...relu } },
  { ...conv, title: 'a fused ReLU with a limit', attrs: { ...filters, ...limited }, limit: 5 },
  {
    ...conv,
    title: 'one filter for each channel',
    result: [1, 4, 4, 4],
    weights: { shape: [4, 1, 2, 2], channels: 4, place: (channel, tap) => channel * 4 + tap, isBiased: false },
    attrs: { strides: [2, 2], pads: [1, 1, 1, 1], group: 4 },
    isQuiet: (index) => index % 2 === 0,
  },
  {
    ...conv,
    form: 'ConvTranspose',
    title: 'filters of other magnitudes, bias',
    result: [1, 5, 7, 7],
    weights: {
      shape: [4, 5, 2, 2],
      channels: 5,
      place: (channel, tap) => Math.floor(tap / 4) * 20 + channel * 4 + (tap % 4),
      isBiased: true,
    },
    attrs: { strides: [1, 1], pads: [0, 0, 0, 0] },
  },
  { ...product, title: 'columns of other magnitudes, bias', weights: columns([6, 5]) },
  { ...product, title: 'a fused ReLU with a limit', weights: columns([6, 5]), attrs: limited, limit: 5 },
  { ...product, title: 'a leading dimension of 1', weights: columns([1, 6, 5]) },
  { ...product, title: 'a turned matrix', weights: rows([5, 6]), attrs: { transB: true } },
  {
    ...product,
    title: 'two activations',
    operands: [
      [1, 12, 6],
      [1, 6, 5],
    ],
    reach: [12, 12],
    isQuiet: () => false,
    steps: [step, step / 4],
    resultStep: () => 2 * step * step,
  },
  ...sums('Add', 'add'),
  ...sums('Sub', 'subtract'),
  ...[
    { title: 'operands of other scales' },
    { title: 'a fused ReLU', attrs: relu },
    { title: 'a fused ReLU with a limit', attrs: limited, limit: 5 },
  ].map(
    (more): ExactCase => ({
      form: 'Mul',
      ...pair,
      reach: [40, 24],
      factor: 'product',
      steps: [step, step / 4],
      resultStep: () => 2 * step * step,
      ...more,
    }),
  ),
  {
    form: 'Concat',
    title: 'operands of other scales',
    ...pair,
    ...apart,
    result: [1, 8, 6, 6],
    attrs: { axis: 1 },
    factor: 'operand',
  },
  pool('padding that does not count', { count_include_pad: false }),
  pool('padding that counts', { count_include_pad: true }),
  pool('a fused ReLU', { count_include_pad: true, ...relu }),
  {
    form: 'Relu',
    title: 'a limit within the range',
    operands: [image],
    result: image,
    attrs: { reluLimit: 1 },
    factor: 'operand',
    reach: [126],
    steps: [step],
    resultStep: () => step,
    limit: 5,
  },
]

/** The codes, as numbers of steps, between which a storage has exactly the scale 1; a zero point among them where it has one, nothing below zero where it cannot store it. */
export function wholeRange(storage: CodeStorage, kind: 'around zero' | 'positive'): readonly [min: number, max: number] | undefined {
  const half = 2 ** (storage.bits - 1)
  const around = [
    [-(half - half / 4), half - 1 + half / 4],
    [-(half - 1), half - 1],
    [-half, half - 1],
  ] as const
  const isPositive = kind === 'positive' || (storage.sign === 'unsigned' && storage.zeroPoint === 'none')
  const all = [...(isPositive ? [] : around), [0, 2 * half - 1] as const]
  return all.find(([min, max]) => codeParams({ min, max }, storage).scale === 1)
}

/** The multiple that codes of operands are, so that the first of two roundings of a mantissa of 31 bits is none. */
export const multipleOf = ({ multipliers }: IntegerScheme, { factor }: ExactCase): 1 | 2 =>
  multipliers[factor].kind === 'quantized-multiplier' ? 2 : 1
