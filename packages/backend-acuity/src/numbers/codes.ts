import { roundHalfEven, roundSaturate, saturate } from '@q/ir/number'
import type { AffineFormat, FixedPointFormat } from './number-format.ts'

const f = Math.fround

/** The code of a number: `clamp(rint(x / scale) + zeroPoint)`, rounded before the zero point is added, in float32 (spec/acuity.md 4.1). */
export function affineCode(x: number, { type, scale, zeroPoint }: AffineFormat): number {
  return saturate(roundHalfEven(f(f(x) / scale)) + zeroPoint, type)
}

/** The code of a number: `clamp(rint(x * 2^fl))` (spec/acuity.md 4.1). */
export function fixedPointCode(x: number, { type, fl }: FixedPointFormat): number {
  return roundSaturate(f(f(x) * 2 ** fl), type, 'half-to-even')
}

/** The number that a code stands for. */
export const affineNumber = (code: number, { scale, zeroPoint }: AffineFormat): number => f((code - zeroPoint) * scale)

/** The number that a code stands for. */
export const fixedPointNumber = (code: number, { fl }: FixedPointFormat): number => f(code * 2 ** -fl)

/** The largest half float. */
const largestHalf = 65504

/**
 * The bits of a half float as the chip's library converts to it: rounded toward zero, saturated at 65504 (infinities too), numbers below the smallest normal one are zero
 * (spec/acuity.md 4.1).
 */
export function truncatedHalfBits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const magnitude = Math.min(Math.abs(f(x)), largestHalf)
  if (Number.isNaN(magnitude)) return sign | 0x7e00
  if (magnitude < 2 ** -14) return sign
  const [bits] = new Uint32Array(Float32Array.of(magnitude).buffer)
  return sign | (((bits! >>> 23) - 127 + 15) << 10) | ((bits! >>> 13) & 0x3ff)
}
