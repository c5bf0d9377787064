import { codeLimitsOf } from '../graph/code-limits.ts'
import type { TensorType } from '../graph/types.ts'

/** A layer whose bias does not fit the unit of its sums. */
export interface CrowdedBias {
  readonly bias: Float32Array
  /** Whether the bias of each channel fits. */
  readonly fits: readonly boolean[]
  /** The largest magnitude of the weights of each slice: one slice for each channel, or one for all. */
  readonly largest: readonly number[]
  /** How many weights a channel has. */
  readonly taps: number
  /** Types of the operand and of the result. */
  readonly operand: TensorType
  readonly result: TensorType
  readonly dtype: 'i32' | 'i64'
}

/**
 * The largest codes that a bias may get, by choice: with 24 bits its sums are not so fine that the factor which brings them to the result
 * keeps few digits (shifts end at 30); half of the element type leaves the other half to the sums, as TensorFlow Lite does.
 */
const largestCodes = { i32: [2 ** 24, 2 ** 30], i64: [2 ** 48, 2 ** 62] } as const

/**
 * The least scales of weights at which each bias fits with room for the sums; 0 for slices whose bias fits as it is. Nearly dead filters
 * (weights of 1e-9 beside a bias of 0.5) lose digits of weights that no result shows.
 *
 * @returns `undefined` where results would show it: the weights' loss, over all taps and the largest operand, is more than half a step of the result
 */
export function roomForBias(layer: CrowdedBias): readonly number[] | undefined {
  return largestCodes[layer.dtype].map((code) => leastScales(layer, code)).find((scales) => isUnseen(layer, scales))
}

function leastScales({ bias, fits, largest, operand }: CrowdedBias, code: number): readonly number[] {
  return largest.map((_, slice) => {
    const channels = largest.length === 1 ? [...bias.keys()] : [slice]
    if (channels.every((channel) => fits[channel])) return 0
    return Math.max(...channels.map((channel) => Math.abs(bias[channel]!))) / (operand.quant!.scale * code)
  })
}

function isUnseen({ largest, taps, operand, result }: CrowdedBias, scales: readonly number[]): boolean {
  const [min, max] = codeLimitsOf(operand)
  const { scale, zeroPoint } = operand.quant!
  const reach = Math.max(max - zeroPoint, zeroPoint - min) * scale
  const lossOf = (least: number, slice: number): number => taps * Math.min(least / 2, largest[slice]!) * reach
  return scales.every((least, slice) => Number.isFinite(least) && lossOf(least, slice) <= result.quant!.scale / 2)
}
