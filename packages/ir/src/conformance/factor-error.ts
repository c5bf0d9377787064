import type { FactorUse, IntegerScheme, MultiplierEncoding } from '../contracts/scheme.ts'
import { quantizedMultiplier } from '../number/quantized-multiplier.ts'

/** How far an encoded factor may be from the real one, relative to it. */
export function encodingError(encoding: MultiplierEncoding, factor: number): number {
  switch (encoding.kind) {
    case 'scale-shift':
      // Shifts end at 30: small factors, as those of products of 16-bit codes, keep few digits.
      return encoding.bits === 8 ? 2 ** -6 : Math.max(2 ** -24, 2 ** -31 / factor)
    case 'doubling':
      // What is cut off is less than one of a multiplier that is at least half of the largest, to the nearest it is half of one.
      return Math.min(1, Math.max(2 ** -23, (encoding.rounding === 'nearest' ? 1 : 2) / (encoding.largest ?? 127)))
    case 'quantized-multiplier':
      return 2 ** -24
    case 'shift':
      return 0.5
  }
}

/**
 * How much of a step the first of two roundings adds at most, to each result and to their mean: a factor `q 2^k` of a mantissa of 31 bits with `k < 0` is
 * rounded to `2^k` of a step before it is rounded to a step, where it then makes ties.
 */
export function firstRounding(encoding: MultiplierEncoding, factor: number): number {
  if (encoding.kind !== 'quantized-multiplier') return 0
  const { exponent } = quantizedMultiplier(factor)
  return exponent < 0 ? 2 ** (exponent - 1) : 0
}

/**
 * What the first of two roundings, which goes to the nearest and halves up, makes of a number of steps, of codes that are multiplied by the factor; the only one where `k` is not
 * negative. `undefined` where the encoding has one rounding.
 */
export function firstRoundingOf(encoding: MultiplierEncoding, factor: number): ((steps: number) => number) | undefined {
  if (encoding.kind !== 'quantized-multiplier') return undefined
  const unit = 2 ** Math.min(0, quantizedMultiplier(factor).exponent)
  return (steps) => Math.floor(steps / unit + 0.5) * unit
}

/** The largest {@link firstRounding} there is, for factors that are not known. */
export const anyFirstRounding = (encoding: MultiplierEncoding): number => (encoding.kind === 'quantized-multiplier' ? 0.25 : 0)

const ofSums: readonly FactorUse[] = ['sum']
const ofProducts: readonly FactorUse[] = ['operand', 'product']
const ofOthers: readonly FactorUse[] = ['operand', 'cast']

/** Which factors the numbers of an operator may meet on codes; where there are several, which one a chip uses is its own affair. */
const uses: Readonly<Record<string, readonly FactorUse[]>> = {
  Conv: ofSums,
  ConvTranspose: ofSums,
  MatMul: ofSums,
  Affine: ofSums,
  Mul: ofProducts,
  Div: ofProducts,
  AveragePool: ofProducts,
}

/** How far the results of an operator may be from the real ones by the encoding of its factors, relative to them. */
export function factorErrorOf(op: string, { multipliers }: IntegerScheme): number {
  return Math.max(...(uses[op] ?? ofOthers).map((use) => encodingError(multipliers[use], 1)))
}
