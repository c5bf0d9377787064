import { type RoundingMode, roundTo } from '../number/rounding.ts'
import { saturate } from '../number/saturate.ts'

/** The largest whole number below 2^63 that a double can hold. */
const largest64 = 2 ** 63 - 1024

/** How a bias becomes codes. */
export interface BiasForm {
  /** @default 'i32' */
  readonly dtype?: 'i32' | 'i64'
  /** @default 'half-away-from-zero' */
  readonly rounding?: RoundingMode
  /** What is added to the codes, one for each channel (see {@link zeroPointBias}). @default nothing */
  readonly offsets?: ArrayLike<number>
}

/**
 * Codes of a bias in the unit of the sums it is added to: `saturate(round(b / scale) + offset)`.
 *
 * @param scales of the sums (weight scale times input scale), one for each channel or one for all
 */
export function biasCodes(
  bias: Float32Array,
  scales: number | readonly number[],
  { dtype = 'i32', rounding = 'half-away-from-zero', offsets }: BiasForm = {},
): Int32Array | BigInt64Array {
  const codeOf = (b: number, channel: number): number => {
    const scale = typeof scales === 'number' ? scales : scales[scales.length === 1 ? 0 : channel]!
    return roundTo(b / scale, rounding) + (offsets?.[channel] ?? 0)
  }
  if (dtype === 'i32') return Int32Array.from(bias, (b, channel) => saturate(codeOf(b, channel), 'i32'))
  return BigInt64Array.from(Array.from(bias, (b, channel) => BigInt(Math.max(-(2 ** 63), Math.min(largest64, codeOf(b, channel))))))
}

/** Where the slices of weights lie. */
export interface WeightSlices {
  readonly channels: number
  /** Slices lie one behind the other (filters), or element by element in turn (columns of a matrix). @default 'outermost' */
  readonly axis?: 'outermost' | 'innermost'
  /** Zero points of the slices; a single one stands for all. @default 0 */
  readonly zeroPoints?: readonly number[]
}

/**
 * What makes up for the zero point of the operand that weights are multiplied with: for each slice of the weights,
 * `-zeroPoint * sum (code - its zero point)`. Added to the bias, the sums of raw codes are those of numbers.
 */
export function zeroPointBias(
  codes: ArrayLike<number>,
  zeroPoint: number,
  { channels, axis = 'outermost', zeroPoints = [] }: WeightSlices,
): Float64Array {
  const size = codes.length / channels
  const sums = new Float64Array(channels)
  for (let i = 0; i < codes.length; i++) sums[axis === 'outermost' ? Math.floor(i / size) : i % channels]! += codes[i]!
  const ofSlice = (channel: number): number => zeroPoints[zeroPoints.length === 1 ? 0 : channel] ?? 0
  return sums.map((sum, channel) => -zeroPoint * (sum - size * ofSlice(channel)) + 0)
}
