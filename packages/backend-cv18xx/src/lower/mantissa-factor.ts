import { quantizedScale } from '@q/ir/number'

/** A factor between scales as a mantissa of 31 bits and a shift; a factor of 1 and more is the largest there is, next below 1. */
export interface MantissaFactor {
  readonly requantize: 'quantized-multiplier'
  readonly multiplier: number
  readonly shift: number
}

/** A factor of a sum of products, or of a product. */
export const mantissaFactor = (factor: number): MantissaFactor => ({
  requantize: 'quantized-multiplier',
  ...quantizedScale(factor, { mantissa: true }),
})
