import { type RoundingMode, roundTo } from './rounding.ts'

const powersOfTwo: readonly number[] = Array.from({ length: 64 }, (_, n) => 2 ** n)

/**
 * Divides the integer `v` by 2^n and rounds: the right shift of integer requantization.
 *
 * Exact for |v| <= 2^53: dividing a double by a power of two loses nothing, and its fraction is a
 * double too. A negative `n` shifts left; `n` above 63 counts as 63 (TPU-MLIR 1.30.2 behaviour, where the
 * values are 64-bit integers).
 */
export function shiftRight(v: number, n: number, mode: RoundingMode): number {
  if (n <= 0) return v * 2 ** -n + 0
  return roundTo(v / powersOfTwo[n > 63 ? 63 : n]!, mode)
}

/** {@link shiftRight} for integers of any size. */
export function shiftRightBig(v: bigint, n: number, mode: RoundingMode): bigint {
  if (n <= 0) return v << BigInt(-n)
  const bits = BigInt(Math.min(n, 63))
  const floor = v >> bits
  const rest = v - (floor << bits)
  const half = 1n << (bits - 1n)
  return roundsUp(floor, rest, half, mode) ? floor + 1n : floor
}

/** Whether floor + rest / (2 half) becomes floor + 1. */
function roundsUp(floor: bigint, rest: bigint, half: bigint, mode: RoundingMode): boolean {
  switch (mode) {
    case 'half-up':
      return rest >= half
    case 'half-down':
      return rest > half
    case 'half-away-from-zero':
      return rest > half || (rest === half && floor >= 0n)
    case 'half-to-even':
      return rest > half || (rest === half && (floor & 1n) === 1n)
    case 'toward-zero':
      return floor < 0n && rest !== 0n
    case 'down':
      return false
    case 'up':
      return rest !== 0n
  }
}
