import type { IntegerScheme } from '@q/ir'

/** Sums of transposed convolutions are requantized by an instruction of its own, which rounds halves away from zero. */
export const rounding = {
  requantize: 'half-up',
  requantizeOf: { ConvTranspose: 'half-away-from-zero' },
  cast: 'half-away-from-zero',
  weight: 'half-away-from-zero',
} as const

/** Symmetric codes, signed where a range has negative numbers; sums in int32, multipliers of 32 bits for them and of 8 bits beside them. */
export const int8: IntegerScheme = {
  kind: 'integer',
  activations: { bits: 8, sign: 'by-range', zeroPoint: 'none' },
  weights: { bits: 8, sign: 'by-range', zeroPoint: 'none', granularity: 'per-axis' },
  multipliers: {
    sum: { kind: 'scale-shift', bits: 32 },
    operand: { kind: 'scale-shift', bits: 8, range: 'positive' },
    product: { kind: 'scale-shift', bits: 8 },
    cast: { kind: 'scale-shift', bits: 32 },
  },
  rounding,
}

/** The same with zero points: codes stretch over all of a range, whose ends are both the calibration's. Weights and tables stay as they are. */
export const int8WithZeroPoints: IntegerScheme = { ...int8, activations: { ...int8.activations, zeroPoint: 'by-range' } }

/** Weights of 4 bits: those of products, and of convolutions over two axes but for filters of one channel each; all else is as in INT8. */
export const narrowWeights = (scheme: IntegerScheme): IntegerScheme => ({ ...scheme, weights: { ...scheme.weights, bits: 4 } })
