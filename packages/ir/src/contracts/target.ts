import type { OpName } from '../ops/op-set.ts'
import type { QuantMode } from '../tables/quant-mode.ts'
import type { RoundingMode } from '../number/rounding.ts'

/** A float element type a chip computes in. */
export type FloatType = 'f32' | 'f16' | 'bf16'

/** What one operator becomes in each mode; a mode that is not listed means the operator cannot be lowered there. */
export type OpModes = Readonly<Partial<Record<QuantMode, QuantMode>>>

/**
 * One step of the propagation of calibrated ranges over the graph, before quantization. Each visits the nodes of `ops`
 * from the last to the first until nothing changes (`resolve/ranges/<rule>.ts` says what each rule does).
 */
export interface RangeStep {
  readonly rule:
    | 'forward' | 'backward' | 'backward-max' | 'keep-sign' | 'operand-signs' | 'unify-operands' | 'sum-of-products' | 'unify-comparison'
    | 'cover-constants' | 'multiply-forward'
  readonly ops: readonly OpName[]
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
  /** The mode of layers kept in float when nobody says which. */
  readonly defaultFloat: QuantMode
  /** Float modes a user may ask for. */
  readonly floatModes: readonly QuantMode[]
  /** Per operator: the mode it is really computed in for each mode it is asked for. */
  readonly ops: Readonly<Partial<Record<OpName, OpModes>>>
  /** Propagation of ranges, in order. */
  readonly rangeSteps: readonly RangeStep[]
  /** Rounding of requantized sums, of casts to codes, of weights. */
  readonly rounding: { readonly requantize: RoundingMode; readonly cast: RoundingMode; readonly weight: RoundingMode }
  /** Cosine and euclidean similarity a comparison must exceed, by mode. */
  readonly tolerance: Readonly<Partial<Record<QuantMode, readonly [cosine: number, euclidean: number]>>>
}

/** Writes a target down; literals are kept, an unknown operator or mode does not compile. */
export function defineTarget<const T extends Target>(target: T): T {
  return target
}
