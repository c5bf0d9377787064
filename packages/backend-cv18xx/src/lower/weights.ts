import { roundSaturate } from '@q/ir/number'
import { type MantissaFactor, mantissaFactor } from './mantissa-factor.ts'

const f = Math.fround
/** What a factor of a convolution is at most. */
const nextBelowOne = f(0.999999)
/** A bias fills this share of 32 bits at most. */
const biasLimit = 2147483647 * 0.998

/** Weights of one output channel (or one matrix), and the biases that are added to its sums. */
export interface WeightSlice {
  readonly weights: ArrayLike<number>
  readonly biases: ArrayLike<number>
}

/** Thresholds of operand and result. */
export interface Thresholds {
  readonly operand: number
  readonly result: number
  /** Whether factors are limited before the bias is looked at. */
  readonly limited: boolean
}

/** The integers of a slice. */
export interface SliceCodes {
  readonly factor: MantissaFactor
  readonly weights: readonly number[]
  readonly biases: readonly number[]
}

const none: MantissaFactor = { requantize: 'quantized-multiplier', multiplier: 0, shift: 0 }

/**
 * Weights and biases of a slice as codes, in the float32 arithmetic of the vendor's lowering: the factor follows from the largest weight, or from the largest bias
 * where that would not fit; weights and biases are then scaled by what the integers of the factor really are.
 */
export function sliceCodes({ weights, biases }: WeightSlice, { operand, result, limited }: Thresholds): SliceCodes {
  const [ti, to] = [f(operand), f(result)]
  const largest = largestOf(weights)
  let q: number = f(f(largest * ti) / f(127 * to))
  if (limited && q >= 1) q = nextBelowOne
  for (const bias of Array.from(biases)) {
    const least = f(Math.abs(bias) * 127) / (biasLimit * to)
    if (least > q && least < 1) q = least
  }
  if (q === 0) return { factor: none, weights: Array.from(weights, () => 0), biases: Array.from(biases, () => 0) }
  const factor = mantissaFactor(q)
  const { multiplier, shift } = factor
  const scaleOf = (ratio: number): number => f((ratio * 2 ** (shift + 31)) / multiplier)
  const weightScale = scaleOf(f(ti / to))
  const biasScale = scaleOf(f(127 / to))
  return {
    factor,
    weights: Array.from(weights, (w) => roundSaturate(f(w * weightScale), 'i8', 'half-to-even')),
    biases: Array.from(biases, (b) => roundSaturate(f(b * biasScale), 'i32', 'half-to-even')),
  }
}

function largestOf(numbers: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]!))
  return largest
}
