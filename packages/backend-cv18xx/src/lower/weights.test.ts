import { describe, expect, it } from 'vitest'
import { sliceCodes } from './weights.ts'

// The worked example of a convolution with thresholds 2 and 4, and limits of factors (TPU-MLIR 1.30.2 behaviour).
describe('weights and bias of a slice', () => {
  it('are scaled by what the integers of the factor are', () => {
    const codes = sliceCodes(
      { weights: Float32Array.of(0.5, -0.25, 0.1), biases: Float32Array.of(0.1) },
      { operand: 2, result: 4, limited: true },
    )
    expect(codes.factor).toMatchObject({ multiplier: 1082196480, shift: 8 })
    expect(codes.weights).toEqual([127, -64, 25])
    expect(codes.biases).toEqual([1613])
  })

  it('of zeros are zeros', () => {
    const codes = sliceCodes({ weights: [0, 0], biases: [0] }, { operand: 1, result: 1, limited: true })
    expect(codes).toEqual({ factor: { requantize: 'quantized-multiplier', multiplier: 0, shift: 0 }, weights: [0, 0], biases: [0] })
  })

  it('have a factor below 1, and one that a large bias fits', () => {
    expect(sliceCodes({ weights: [3], biases: [] }, { operand: 300, result: 1, limited: true }).factor.shift).toBe(0)
    const { biases, factor } = sliceCodes({ weights: [1e-9], biases: [1] }, { operand: 1, result: 1, limited: true })
    expect(factor.multiplier).toBeGreaterThan(0)
    expect(Math.abs(biases[0]!)).toBeLessThan(2 ** 31)
  })
})
