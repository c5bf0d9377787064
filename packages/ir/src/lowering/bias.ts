import { QError } from '../errors.ts'
import { type RoundingMode, roundTo } from '../number/rounding.ts'

/** The numbers that biases can be; of 64 bits those that a double can hold. */
const limits = { i32: [-(2 ** 31), 2 ** 31 - 1], i64: [-(2 ** 63), 2 ** 63 - 1024] } as const

/** How a bias becomes codes. */
export interface BiasForm {
  /** @default 'i32' */
  readonly dtype?: 'i32' | 'i64'
  /** @default 'half-away-from-zero' */
  readonly rounding?: RoundingMode
  /** What is added to the codes, one for each channel (see {@link zeroPointBias}). @default nothing */
  readonly offsets?: ArrayLike<number> | undefined
  /** Whether that is before codes are rounded or behind it. @default 'behind' */
  readonly added?: 'before' | 'behind'
  /** The layer it belongs to, for messages. */
  readonly layer?: string
  /** What becomes of codes that the element type does not hold: an error, or the least it holds, whichever end they are beyond (chips whose compiler converts so). @default 'refuse' */
  readonly beyond?: 'refuse' | 'least'
}

/**
 * Codes of a bias in the unit of the sums it is added to: `round(b / scale) + offset`.
 *
 * @param scales of the sums (weight scale times input scale), one for each channel or one for all
 * @throws QError `BIAS_OUT_OF_RANGE` naming the layer and the code that does not fit
 */
export function biasCodes(bias: Float32Array, scales: number | readonly number[], form: BiasForm = {}): Int32Array | BigInt64Array {
  const { dtype = 'i32', beyond = 'refuse' } = form
  const [min, max] = limits[dtype]
  const codes = Array.from(bias, (b, channel) => {
    const scale = scaleOf(scales, channel)
    const code = codeOf(b, scale, channel, form)
    if (code >= min && code <= max) return code
    // No operand but zeros, and nothing to add.
    if (beyond === 'refuse' && b === 0 && scale === 0) return 0
    if (beyond === 'refuse') throw tooLarge(code, channel, dtype, form.layer)
    return min
  })
  return dtype === 'i32' ? Int32Array.from(codes) : BigInt64Array.from(codes, BigInt)
}

function codeOf(b: number, scale: number, channel: number, { rounding = 'half-away-from-zero', offsets, added }: BiasForm): number {
  const offset = offsets?.[channel] ?? 0
  return added === 'before' ? roundTo(b / scale + offset, rounding) : roundTo(b / scale, rounding) + offset
}

const scaleOf = (scales: number | readonly number[], channel: number): number =>
  typeof scales === 'number' ? scales : scales[scales.length === 1 ? 0 : channel]!

/** Whether {@link biasCodes} has a code for the bias of each channel; no other scale makes one of 0 fit. */
export function biasFits(bias: Float32Array, scales: number | readonly number[], form: BiasForm = {}): readonly boolean[] {
  const [min, max] = limits[form.dtype ?? 'i32']
  return Array.from(bias, (b, channel) => {
    const code = b === 0 ? 0 : codeOf(b, scaleOf(scales, channel), channel, form)
    return code >= min && code <= max
  })
}

function tooLarge(code: number, channel: number, dtype: 'i32' | 'i64', layer: string | undefined): QError {
  const [min, max] = limits[dtype]
  const wider = dtype === 'i32' ? "a chip that adds in 64 bits says so in its scheme, bias: 'i64'; else " : ''
  return new QError(
    'BIAS_OUT_OF_RANGE',
    `the bias of ${layer ?? 'a layer'}, its operand's zero point included, does not fit its element type`,
    {
      at: layer === undefined ? [] : [layer],
      found: `${code} in channel ${channel}`,
      wanted: `${dtype}: ${min} to ${max}`,
      hint: `${wider}keep the layer in a float mode in the quantization table, or calibrate again: its scales are far smaller than its bias`,
    },
  )
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
