import type { TensorType } from '@q/ir'
import { multiplyShift } from '@q/ir/number'
import { carriedZero, isByte } from './codes.ts'
import type { Requantization } from './requantize-sums.ts'

/** Sums that are nearer to where the code changes than this share of them are looked at one by one. */
const nearShare = 2 ** -20
/** Beyond this size of sums, too many are near. */
const largestSum = 2 ** 22
/** The factors that are tried: the nearest float32, and those so many steps beside it. */
const steps = [0, 1, -1, 2, -2, 3, -3, 4, -4] as const

/**
 * A factor for each channel with which `round(float32(v) * factor)`, ties to even, is the code of every sum that can occur: what a fused kernel computes in float32 is
 * then exact. `undefined` for channels that have no such factor.
 *
 * Both are steps that rise with the sum, and change where `v * m / 2^s` crosses the middle between two codes. Float32 is off by less than 2^-22 of the product, a factor
 * beside the nearest by up to 2^-21 more; so only sums within 2^-20 of a middle can differ, and these are compared. Ties, which the chip rounds up, ask for a factor one step larger.
 */
export function provenFactors(r: Requantization, type: TensorType, channels: number): readonly (number | undefined)[] {
  const { kind, rounding } = r
  const isFusable = kind === 'multiplier-shift' && isByte(type.dtype) && type.quant?.saturate === undefined
  if (!isFusable || (rounding !== 'half-up' && rounding !== 'half-away-from-zero')) return Array.from({ length: channels }, () => undefined)
  const zero = carriedZero(type)
  return Array.from({ length: channels }, (_, channel) => {
    const [m, s] = [at(r.multipliers, channel), at(r.shifts, channel)]
    if (m < 0) return undefined
    const bound = at(r.bounds, channel) + Math.abs(r.bias === undefined ? 0 : at(r.bias, channel))
    const ratio = m * 2 ** -s
    const critical = sumsNearMiddles(ratio, -zero, 255 - zero, bound)
    if (critical === undefined) return undefined
    const codes = critical.map((sum) => Math.max(-zero, Math.min(255 - zero, multiplyShift(sum, m, s, rounding))))
    return steps.map((step) => floatBeside(ratio, step)).find((factor) => givesCodes(critical, codes, factor, zero))
  })
}

function givesCodes(sums: readonly number[], codes: readonly number[], factor: number, zero: number): boolean {
  for (let i = 0; i < sums.length; i++) if (fusedCode(sums[i]!, factor, zero) !== codes[i]) return false
  return true
}

const at = (items: ArrayLike<number>, i: number): number => items[items.length === 1 ? 0 : i]!

/** Sums within a share of where `sum * ratio` is halfway between two codes; `undefined` where they are too many to look at. */
function sumsNearMiddles(ratio: number, low: number, high: number, bound: number): readonly number[] | undefined {
  const sums: number[] = []
  for (let code = low + 1; code <= high; code++) {
    const middle = (code - 0.5) / ratio
    const size = Math.abs(middle)
    if (size > bound + 1) continue
    if (size > largestSum) return undefined
    const near = size * nearShare
    for (let sum = Math.ceil(middle - near); sum <= middle + near; sum++) sums.push(sum)
  }
  return sums
}

/** What the fused kernel makes of a sum, its zero point taken off. */
function fusedCode(sum: number, factor: number, zero: number): number {
  const product = Math.max(-zero, Math.min(255 - zero, Math.fround(Math.fround(sum) * factor)))
  const whole = Math.floor(product)
  const rest = product - whole
  return rest > 0.5 || (rest === 0.5 && whole % 2 !== 0) ? whole + 1 : whole + 0
}

const float = new Float32Array(1)
const word = new Int32Array(float.buffer)

/** The float32 number so many steps above the one nearest to a number from 0 on. */
function floatBeside(value: number, step: number): number {
  float[0] = value
  if (value > 0) word[0] = word[0]! + step
  return float[0]!
}
