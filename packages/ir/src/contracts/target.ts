import type { OpForm } from '../graph/op-form.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { OpName } from '../ops/op-set.ts'
import type { QuantMode } from '../tables/quant-mode.ts'

/** A float element type a chip computes in. */
export type FloatType = 'f32' | 'f16' | 'bf16'

/** What one operator becomes in each mode; a mode that is not listed means the operator cannot be lowered there. */
export type OpModes = Readonly<Partial<Record<QuantMode, QuantMode>>>

/**
 * How the range of a result follows from its row of the calibration table (threshold th, min, max):
 * - `observed`: `[-th, th]` when min is negative, else `[0, th]`; asymmetric: `[min, max]`;
 * - `symmetric`: `[-th, th]`;
 * - `unit`: `[0, 1]`, even without a row; `unit-unless-log`: the same, but `observed` when the attribute `log` is true;
 * - `product`: as `observed`, symmetric also in asymmetric mode; `[0, th]` when all operands are one value or all come from an
 *   operator of `Target.nonNegativeOps`;
 * - `difference`: `[-th, th]` when min is negative, else `[-1e-5, th]`; a fused ReLU does not change it.
 */
export type RangeImport = 'observed' | 'symmetric' | 'unit' | 'unit-unless-log' | 'product' | 'difference'

/** A rule of range propagation; `resolve/ranges/<rule>.ts` says what each one does. */
export type RangeRuleName =
  | 'forward'
  | 'backward'
  | 'backward-max'
  | 'keep-sign'
  | 'sum-sign'
  | 'product-sign'
  | 'difference-sign'
  | 'unify-operands'
  | 'sum-of-products'
  | 'unify-comparison'
  | 'cover-constants'

/** One rule and the operators it is tried on. */
export interface RangeRule {
  readonly rule: RangeRuleName
  readonly ops: readonly OpForm[]
}

/**
 * One step of the propagation of calibrated ranges before quantization: its rules are tried on the nodes from the last to
 * the first, again and again, until nothing changes.
 */
export type RangeStep = readonly RangeRule[]

/** Entries that are added to a plan where it says nothing. */
export interface AutomaticPlan {
  /** Mode of an Add whose two operands differ in size by more than a factor of 64 (masks before a softmax). */
  readonly unevenAdd?: QuantMode
  /** Mode of a Sub whose result is smaller than one of its operands (cancellation). */
  readonly cancellingSub?: QuantMode
}

/**
 * A chip as data. What a chip can do, how it rounds and where it falls back is here; nothing else of a chip exists
 * outside its back end.
 */
export interface Target {
  /** The name users give, lower case. */
  readonly name: string
  /** Other accepted names, lower case. */
  readonly aliases?: readonly string[]
  /** Modes a whole model may be quantized in. */
  readonly modes: readonly QuantMode[]
  /** Whether INT8 may have zero points. @default false */
  readonly asymmetric?: boolean
  /** The mode of layers kept in float when nobody says which. */
  readonly defaultFloat: QuantMode
  /** Float modes a user may ask for. */
  readonly floatModes: readonly QuantMode[]
  /** Per operator: the mode it is really computed in for each mode it is asked for. `X#constant` wins over `X`. */
  readonly ops: Readonly<Partial<Record<OpForm, OpModes>>>
  /** Modes of operators when the caller wants high precision. @default as usual */
  readonly highPrecision?: Readonly<Partial<Record<OpForm, QuantMode>>>
  /** How ranges are read from the table. @default `observed` */
  readonly rangeImport?: Readonly<Partial<Record<OpForm, RangeImport>>>
  /** Operators whose results are never negative (see `product`). @default none */
  readonly nonNegativeOps?: readonly OpName[]
  /** Every range is made symmetric, so all codes are signed. @default false */
  readonly alwaysSigned?: boolean
  /** Propagation of ranges, in order. */
  readonly rangeSteps: readonly RangeStep[]
  /** Operators that take over the type of their operand, so that casts move behind them. */
  readonly typeFollowers?: readonly OpName[]
  readonly automaticPlan?: AutomaticPlan
  /** Operators whose INT8 results are the codes 0 and 1 with the scale 1, whatever their range. @default none */
  readonly truthOps?: readonly OpForm[]
  /** Rounding of requantized sums, of casts to codes, of weights. */
  readonly rounding: { readonly requantize: RoundingMode; readonly cast: RoundingMode; readonly weight: RoundingMode }
  /** Cosine and euclidean similarity a comparison must exceed, by mode. */
  readonly tolerance: Readonly<Partial<Record<QuantMode, readonly [cosine: number, euclidean: number]>>>
}

/** Writes a target down; literals are kept, an unknown operator or mode does not compile. */
export function defineTarget<const T extends Target>(target: T): T {
  return target
}
