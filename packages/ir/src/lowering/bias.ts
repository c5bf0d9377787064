import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { saturate } from '../number/saturate.ts'

/** The largest whole number below 2^63 that a double can hold. */
const largest64 = 2 ** 63 - 1024

/**
 * Codes of a bias in the unit of the sums it is added to: `saturate(round(b / scale))`.
 *
 * @param scales of the sums (weight scale times input scale), one for each channel or one for all
 */
export function biasCodes(
  bias: Float32Array,
  scales: number | readonly number[],
  { dtype = 'i32', rounding = 'half-away-from-zero' }: { readonly dtype?: 'i32' | 'i64'; readonly rounding?: RoundingMode } = {},
): Int32Array | BigInt64Array {
  const codeOf = (b: number, channel: number): number => roundTo(b / (typeof scales === 'number' ? scales : scales[channel]!), rounding)
  if (dtype === 'i32') return Int32Array.from(bias, (b, channel) => saturate(codeOf(b, channel), 'i32'))
  return BigInt64Array.from(Array.from(bias, (b, channel) => BigInt(Math.max(-(2 ** 63), Math.min(largest64, codeOf(b, channel))))))
}

/**
 * What makes up for the zero point of the operand that weights are multiplied with: for each slice of the weights,
 * `-zeroPoint * sum (code - its zero point)`. Added to the bias, the sums of raw codes are those of numbers.
 *
 * @param codes the slices one behind the other
 */
export function zeroPointBias(
  codes: ArrayLike<number>,
  zeroPoint: number,
  channels: number,
  zeroPoints: readonly number[] = [],
): Int32Array {
  const size = codes.length / channels
  return Int32Array.from({ length: channels }, (_, channel) => {
    let sum = 0
    for (let i = channel * size; i < (channel + 1) * size; i++) sum += codes[i]!
    return -zeroPoint * (sum - size * (zeroPoints[channel] ?? 0)) + 0
  })
}
