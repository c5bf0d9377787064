import type { IntegerScheme, MultiplierEncoding } from '../contracts/scheme.ts'
import { layerOf } from '../graph/edges.ts'
import type { Graph } from '../graph/types.ts'
import { largestMultiplierOf } from '../number/encode-factor.ts'
import { check } from './runner.ts'

/**
 * Fails when a node has a multiplier or a shift that none of the scheme's encodings has: right numbers that the chip cannot hold.
 */
export function checkEncodings({ nodes }: Graph, { multipliers }: IntegerScheme): void {
  const encodings = Object.values(multipliers)
  for (const node of nodes) {
    const { multipliers: given, shifts: right, requantize } = node.attrs
    if (!Array.isArray(given) || !Array.isArray(right) || requantize === 'none') continue
    const count = Math.max(given.length, right.length)
    for (let i = 0; i < count; i++) {
      const multiplier = entry(given, i, 1)
      const shift = entry(right, i, 0)
      check(
        encodings.some((encoding) => holds(encoding, multiplier, shift)),
        `${layerOf(node)} has the multiplier ${multiplier} and the shift ${shift}, which the scheme's encodings of factors do not have`,
      )
    }
  }
}

const entry = (list: readonly number[], i: number, absent: number): number => list[list.length === 1 ? 0 : i] ?? absent

/** Whether an encoding has the pair; nothing and one half, one, two: every encoding leaves a number as it is, and none. */
function holds(encoding: MultiplierEncoding, multiplier: number, shift: number): boolean {
  if (!Number.isInteger(multiplier) || !Number.isInteger(shift)) return false
  const size = Math.abs(multiplier)
  if (size > largestMultiplierOf(encoding)) return false
  switch (encoding.kind) {
    case 'scale-shift':
      return shift >= (encoding.range === 'positive' ? 0 : -32) && shift <= 30
    case 'doubling':
      return shift >= 0 && shift <= 62
    case 'quantized-multiplier':
      return Math.abs(shift) <= 62
    case 'shift':
      return size === 1
  }
}
