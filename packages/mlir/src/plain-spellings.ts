import { fixed, notScalar, reluFields } from './codec/field.ts'
import type { Spelling } from './codec/spelling.ts'
import { hasFloatOperand, signedElement } from './tpu/number-kinds.ts'
import { idleMultiplier, idleQuantMode } from './tpu/requantization.ts'

/** How a dialect writes an operator where that is not its own name without attributes. */
type Written = Partial<Omit<Spelling, 'op'>>

/** An operator that a dialect writes with its operands as they stand, under a name of its own. */
export interface PlainSpelling {
  /** The graph's operator. */
  readonly op: string
  /** The Top dialect. @default the operator's name, no attributes */
  readonly top?: Written
  /** The Tpu dialect, in float modes; null for what lowering takes apart. @default the operator's name, no attributes */
  readonly tpu?: Written | null
  /** Operations for each element, as the vendor counts them (see `top/flops.ts`). */
  readonly flops: number
}

const isReverse = fixed('bool', 'is_reverse', false)
/** Where operations on codes have the same name. */
const onFloats = { reads: hasFloatOperand, writes: hasFloatOperand }

/** Operators of two operands, and all others that need no more than a row: it says all that the text files and the vendor's counts know of one. */
export const plainSpellings: readonly PlainSpelling[] = [
  { op: 'Add', top: { fields: [...reluFields, notScalar] }, tpu: { fields: [...reluFields, notScalar], ...onFloats }, flops: 1 },
  {
    op: 'Sub',
    top: { fields: [isReverse, ...reluFields, notScalar] },
    tpu: { fields: [isReverse, ...reluFields, notScalar], ...onFloats },
    flops: 1,
  },
  {
    op: 'Mul',
    top: { fields: [...reluFields, notScalar] },
    tpu: { fields: [...reluFields, ...idleMultiplier, idleQuantMode, notScalar], ...onFloats },
    flops: 1,
  },
  {
    op: 'Div',
    top: { fields: [isReverse, ...reluFields, notScalar] },
    tpu: { fields: [isReverse, ...reluFields, ...idleMultiplier, notScalar] },
    flops: 1,
  },
  { op: 'Max', tpu: { fields: reluFields, elementName: signedElement }, flops: 1 },
  { op: 'Min', tpu: { fields: reluFields, elementName: signedElement }, flops: 1 },
  { op: 'Pow', top: { name: 'Pow3' }, tpu: null, flops: 1 },
  { op: 'Mod', tpu: null, flops: 1 },
]

/** The rows as a dialect writes them. A ReLU that a row has no attribute for is not written. */
export const spelledIn = (dialect: 'top' | 'tpu'): readonly Spelling[] =>
  plainSpellings.flatMap((row): readonly Spelling[] => {
    const { [dialect]: written = {}, op } = row
    if (written === null) return []
    const { fields = [] } = written
    const hasRelu = fields.some(({ name }) => name === reluFields[0]!.name)
    return [{ op, name: op, ...(hasRelu ? {} : { writes: withoutRelu }), ...written, fields }]
  })

/** For spellings that have no attribute for the ReLU. */
export const withoutRelu: NonNullable<Spelling['writes']> = ({ attrs }) => attrs['relu'] !== true
