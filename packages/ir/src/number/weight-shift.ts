/**
 * The right shift of a chip that requantizes by shifting only: how far values up to `largest` (in units of the result's byte) may
 * be doubled and stay below 127, less one.
 *
 * d = largest bottom / top, `bottom` and `top` being the thresholds before and after; d <= 0 gives 0; m doublings reach 127; the answer is
 * m - 1 (-1 when d is 127 already), and 31 when m is above 32. TPU-MLIR 1.30.2 behaviour.
 */
export function rightShiftByDoubling(largest: number, bottom: number, top: number): number {
  let scaled = (largest * bottom) / top
  if (!(scaled > 0)) return 0
  let doublings = 0
  while (scaled < 127) {
    scaled *= 2
    doublings++
  }
  return doublings > 32 ? 31 : doublings - 1
}

/**
 * The same question answered with logarithms: floor(ln(127 / (|largest| bottom / top)) / ln 2), at most 31, perhaps negative.
 *
 * |largest| is taken as float32; the quotient of logarithms is left as it comes, so at a power of two it may fall one short.
 * TPU-MLIR 1.30.2 behaviour.
 */
export function rightShiftByLogarithm(largest: number, bottom: number, top: number): number {
  const magnitude = Math.fround(Math.abs(largest))
  return Math.min(31, Math.floor(Math.log(127 / ((magnitude * bottom) / top)) / Math.log(2)))
}
