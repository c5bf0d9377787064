import type { OpForm } from '../graph/op-form.ts'
import type { Bf16StyleName } from '../number/bf16.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { OpName } from '../ops/op-set.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { DType } from '../tensor/tensor.ts'
import type { PictureRules } from './picture.ts'
import type { Scheme } from './scheme.ts'

/** A float element type a chip computes in. */
export type FloatType = 'f32' | 'f16' | 'bf16'

/** What one operator becomes in each mode; a mode that is not listed means the operator cannot be lowered there. */
export type OpModes = Readonly<Partial<Record<QuantMode, QuantMode>>>

/**
 * How the range of a result follows from its row of the calibration table (threshold th, min, max):
 * - `observed`: `[-th, th]` when min is negative, else `[0, th]`; `[min, max]` where the mode of the layer stores codes with zero points by range;
 * - `symmetric`: `[-th, th]`;
 * - `unit`: `[0, 1]`, even without a row; `unit-unless-log`: the same, but `observed` when the attribute `log` is true;
 * - `product`: as `observed`, symmetric also with zero points; `[0, th]` when all operands are one value or all come from an
 *   operator of `Target.nonNegativeOps`;
 * - `difference`: `[-th, th]` when min is negative, else `[-1e-5, th]`; a fused ReLU does not change it.
 */
export type RangeImport = 'observed' | 'symmetric' | 'unit' | 'unit-unless-log' | 'product' | 'difference'

/** A rule of range propagation; the files of `resolve/ranges` (`forward`, `backward`, `signs`, `unify`) say what each one does. */
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
  /** The same of a number less a tensor alone. */
  readonly cancellingFromNumber?: QuantMode
}

/** How the casts between layers of different modes are made and named. */
export interface CastRules {
  /**
   * The scale of codes that are made of wider or narrower codes: by the range of the value, as if it had never been wider (`by-range`), or the scale
   * of the codes at hand times the ratio of the numbers of steps (`by-width`). @default 'by-range'
   */
  readonly rescale?: 'by-range' | 'by-width'
  /** The type at the end of a cast's name, `<value><user>_<type>`. @default the element type's own name */
  readonly suffixes?: Readonly<Partial<Record<DType, string>>>
  /** The float type in which codes and float32 numbers become each other, for chips that have no other; float32 numbers are cut off to it. @default float32 itself */
  readonly through?: 'bf16'
  /** How bfloat16 numbers are made of float32 ones on their way into a layer. @default as the scheme of the layer makes its results */
  readonly bf16?: Bf16StyleName
  /**
   * How codes are made of the inputs of the network, where the program that feeds the chip makes them and not the chip: in float32, by the reciprocal of the scale
   * in float32 (`hostScale` of QuantizeLinear), with a rounding of its own, right behind them: operators of `typeFollowers` do not take over the type of an
   * input. @default as of all other numbers
   */
  readonly ofInputs?: { readonly rounding: RoundingMode }
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
  /** What every mode of the chip stores and how it rounds; a mode that is not here does not exist on it. */
  readonly schemes: Readonly<Record<string, Scheme>>
  /** Schemes in the place of those of `schemes` when the caller wants zero points. @default asymmetric codes are refused */
  readonly asymmetricSchemes?: Readonly<Record<string, Scheme>>
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
  /** Propagation of ranges, in order. */
  readonly rangeSteps: readonly RangeStep[]
  /** Operators that take over the type of their operand, so that casts move behind them. */
  readonly typeFollowers?: readonly OpName[]
  readonly automaticPlan?: AutomaticPlan
  /** Operators whose integer results are the codes 0 and 1 with the scale 1, whatever their range. @default none */
  readonly truthOps?: readonly OpForm[]
  /**
   * Operators of which the chip computes some layers otherwise than they are defined, with what it does in words; a lowering says of which layers
   * (`computedOtherwise` of the kit). @default none
   */
  readonly computedOtherwise?: Readonly<Partial<Record<OpForm, string>>>
  /** Casts where neighbours disagree. @default see {@link CastRules} */
  readonly casts?: CastRules
  /** How pictures may come, where the chip makes a network's numbers of them. @default networks take numbers only */
  readonly pictures?: PictureRules
  /** Cosine and euclidean similarity a comparison must exceed, by mode. */
  readonly tolerance: Readonly<Partial<Record<QuantMode, readonly [cosine: number, euclidean: number]>>>
}

/** The modes that a target describes. */
type ModesOf<T extends Target> = keyof T['schemes'] & string

/** Writes a target down; literals are kept, an operator that does not exist or a mode of the chip without a scheme does not compile. */
export function defineTarget<const T extends Target>(
  target: T & {
    readonly modes: readonly ModesOf<T>[]
    readonly defaultFloat: ModesOf<T>
    readonly floatModes: readonly ModesOf<T>[]
  },
): T {
  return target
}
