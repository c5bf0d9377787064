import type { OpForm } from '../graph/op-form.ts'
import type { Bf16StyleName } from '../number/bf16.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { FloatType } from './target.ts'

/**
 * How codes are stored: `bits`, whether they are signed, and how scale and zero point follow from a range.
 *
 * - `sign`: `by-range` gives signed codes where the range has negative numbers, unsigned ones else;
 * - `zeroPoint`: `none` is symmetric (zero point 0); `by-range` stretches the range over all codes; `middle` is symmetric with
 *   the zero point in the middle of unsigned codes;
 * - `scale`: `exact` is the range over the codes, `power-of-two` the least power of two that covers it; `fixed-point` the least one of which 2^(bits - 1) steps reach the
 *   largest magnitude, so that the point of signed codes stands behind `bits - 1 - ceil(log2(magnitude))` bits and the largest number may be one code off (dynamic fixed point);
 * - `arithmetic`: in what scale and zero point are computed; in `single` the zero point is rounded half to even, and what is zero throughout has the scale 1;
 * - `granularity`: one scale for the tensor, or one for each slice of the operator's weight axis.
 */
export interface CodeStorage {
  readonly bits: 4 | 8 | 16
  readonly sign: 'signed' | 'unsigned' | 'by-range'
  readonly zeroPoint: 'none' | 'by-range' | 'middle'
  /** @default 'exact' */
  readonly scale?: 'exact' | 'power-of-two' | 'fixed-point'
  /** @default 'double' */
  readonly arithmetic?: 'double' | 'single'
  /** @default 'per-tensor' */
  readonly granularity?: 'per-tensor' | 'per-axis'
}

/**
 * How a factor between scales becomes integers (`encodeFactor`), by the search that finds them:
 * - `scale-shift`: the nearest quotient with a multiplier of 8 or 32 bits and a shift of at most 30; `range: 'positive'` has no left shifts.
 *   The factor of a product of 16-bit codes is so small that few digits of it are left: results may be two steps off;
 * - `doubling`: the smallest shift at which the multiplier (at most `largest`, 127 unless given) would overflow; the multiplier is cut off
 *   (the chips of TPU-MLIR 1.30.2), always low by up to one, unless `rounding` is `nearest`;
 * - `quantized-multiplier`: a 31-bit mantissa, rounded twice (TensorFlow Lite);
 * - `shift`: powers of two only, no multiplier.
 */
export type MultiplierEncoding =
  | { readonly kind: 'scale-shift'; readonly bits: 8 | 32; readonly range?: 'general' | 'positive' }
  | { readonly kind: 'doubling'; readonly largest?: number; readonly rounding?: 'toward-zero' | 'nearest' }
  | { readonly kind: 'quantized-multiplier' }
  | { readonly kind: 'shift' }

/**
 * What factors are needed for: `sum` brings sums of products (convolutions, matrix products) to the scale of the result,
 * `operand` one operand of a sum or a join, `product` the product of two tensors, `cast` codes to other codes.
 */
export type FactorUse = 'sum' | 'operand' | 'product' | 'cast'

/** A mode that computes on codes: what it stores, and how its numbers are rounded. */
export interface IntegerScheme {
  readonly kind: 'integer'
  readonly activations: CodeStorage
  readonly weights: CodeStorage
  /** Element type of biases; sums are exact in it. @default 'i32' */
  readonly bias?: 'i32' | 'i64'
  readonly multipliers: Readonly<Record<FactorUse, MultiplierEncoding>>
  readonly rounding: IntegerRounding
}

/** How the numbers of a mode that computes on codes are rounded. */
export interface IntegerRounding {
  /** Requantized numbers. */
  readonly requantize: RoundingMode
  /** Requantized numbers of operators that the chip rounds in another way. @default all as `requantize` */
  readonly requantizeOf?: Readonly<Partial<Record<OpForm, RoundingMode>>>
  /** Floats that become activation codes. */
  readonly cast: RoundingMode
  /** Entries of lookup tables. @default as `cast` */
  readonly table?: RoundingMode
  /** Weights and biases. */
  readonly weight: RoundingMode
}

/** A mode that computes in floats. */
export interface FloatScheme {
  readonly kind: 'float'
  readonly dtype: FloatType
  /** How bfloat16 numbers are made, in the words of `bf16Styles`: `saturate` loses the sign of what is not finite. @default the operators' own, `flush` */
  readonly bf16?: Bf16StyleName
  /** Rounding of casts to integers. @default 'half-to-even' */
  readonly rounding?: { readonly cast: RoundingMode }
}

/** What one mode of a chip stores and how it computes. Typing, casts and ranges read nothing else. */
export type Scheme = IntegerScheme | FloatScheme
