import type { RoundingMode } from '@q/ir'
import { multiplyByQuantizedMultiplier, multiplyShift, shiftRight, shiftRightBig } from '@q/ir/number'
import type { KernelCall } from '../kernel.ts'
import { nums, word } from '../operands.ts'

/** How sums become codes; the words of the `requantize` attribute. */
export type RequantizeKind = 'multiplier-shift' | 'quantized-multiplier' | 'shift' | 'none'

/** Products up to here have a half added without loss when the shift is at most 31, also one to the left: what comes of that is even. */
const fastLimit = 2 ** 52

/**
 * A function that brings an integer to the scale of the result, exactly, before zero point and saturation.
 *
 * Products below 2^52 are divided and rounded in doubles (a power of two divides a double without loss); others go
 * through 64-bit integers.
 */
export function requantizer(kind: RequantizeKind, multiplier: number, shift: number, rounding: RoundingMode): (v: number) => number {
  switch (kind) {
    case 'none':
      return (v) => v
    case 'shift':
      return (v) => shiftRight(v, shift, rounding)
    case 'quantized-multiplier': {
      const factor = { mantissa: multiplier, exponent: -shift }
      return (v) => multiplyByQuantizedMultiplier(v, factor, rounding)
    }
    case 'multiplier-shift': {
      const fast = shift <= 31
      const scale = 2 ** -shift
      if (fast && rounding === 'half-up') {
        return (v) => {
          const product = v * multiplier
          return product < fastLimit && product > -fastLimit
            ? Math.floor(product * scale + 0.5)
            : multiplyShift(v, multiplier, shift, rounding)
        }
      }
      if (fast && rounding === 'half-away-from-zero') {
        return (v) => {
          const product = v * multiplier
          if (!(product < fastLimit && product > -fastLimit)) return multiplyShift(v, multiplier, shift, rounding)
          return product < 0 ? -Math.floor(0.5 - product * scale) : Math.floor(product * scale + 0.5)
        }
      }
      return (v) => multiplyShift(v, multiplier, shift, rounding)
    }
  }
}

/** The requantization of channel (or operand) `i` that the attributes of a quantized operator describe. */
export function requantizerOf(call: KernelCall, i = 0): (v: number) => number {
  return requantizer(
    word(call, 'requantize') as RequantizeKind,
    perChannel(nums(call, 'multipliers'), i, 1),
    perChannel(nums(call, 'shifts'), i, 0),
    word(call, 'rounding') as RoundingMode,
  )
}

/** The same for integers of any size. */
export function wideRequantizerOf(call: KernelCall, i = 0): (v: bigint) => bigint {
  const multiplier = BigInt(perChannel(nums(call, 'multipliers'), i, 1))
  const shift = perChannel(nums(call, 'shifts'), i, 0)
  const rounding = word(call, 'rounding') as RoundingMode
  switch (word(call, 'requantize') as RequantizeKind) {
    case 'none':
      return (v) => v
    case 'shift':
      return (v) => shiftRightBig(v, shift, rounding)
    case 'multiplier-shift':
      return (v) => shiftRightBig(v * multiplier, shift, rounding)
    case 'quantized-multiplier':
      return (v) => {
        if (v >= -(2n ** 31n) && v <= 2n ** 31n)
          return BigInt(multiplyByQuantizedMultiplier(Number(v), { mantissa: Number(multiplier), exponent: -shift }, rounding))
        const high = shiftRightBig((v << BigInt(Math.max(0, -shift))) * multiplier, 31, 'half-up')
        return shiftRightBig(high, Math.max(0, shift), rounding)
      }
  }
}

/** Entry `i` of parameters given once for all channels or once for each; `otherwise` when there are none. */
export function perChannel(list: readonly number[], i: number, otherwise: number): number {
  return (list.length === 1 ? list[0] : list[i]) ?? otherwise
}
