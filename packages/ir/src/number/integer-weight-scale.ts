/**
 * The scale of weights that are 8-bit integers already, or such integers divided by 2, 4 ... 64; `undefined` when they are not.
 *
 * The factors 1, 2 ... 64 are tried in turn; the first for which every float32(w factor) is an 8-bit integer (signed or
 * not) wins, and the scale is 1 / factor. Filters of ones so get the scale 1, not 1/127. TPU-MLIR 1.30.2 behaviour.
 */
export function integerWeightScale(weights: Float32Array, { signed }: { readonly signed: boolean }): number | undefined {
  const least = signed ? -128 : 0
  const largest = signed ? 127 : 255
  for (let factor = 1; factor <= 64; factor *= 2) {
    let whole = true
    for (let i = 0; i < weights.length && whole; i++) {
      const value = Math.fround(weights[i]! * factor)
      whole = value >= least && value <= largest && Number.isInteger(value)
    }
    if (whole) return 1 / factor
  }
  return undefined
}
