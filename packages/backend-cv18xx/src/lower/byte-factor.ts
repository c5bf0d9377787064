import { type LowerContext, layerOf, type Node } from '@q/ir'
import { quantizedScale } from '@q/ir/number'
import { thresholdOf } from './threshold.ts'

/** A factor between scales with a multiplier of a byte. */
export interface ByteFactor {
  readonly multiplier: number
  readonly shift: number
}

const one: ByteFactor = { multiplier: 1, shift: 0 }

/** The factor from the scale of an operand to that of the result; 1 where their thresholds are the same. */
export function rescaling(operand: string, node: Node, context: LowerContext): ByteFactor {
  const [from, to] = [thresholdOf(operand, context), thresholdOf(layerOf(node), context)]
  return Math.abs(from - to) <= 1e-5 ? one : quantizedScale(from / to)
}

/** Attributes of a requantization by such factors. */
export const rescaledBy = (factors: readonly ByteFactor[], { integers }: LowerContext) =>
  ({
    multipliers: factors.map(({ multiplier }) => multiplier),
    shifts: factors.map(({ shift }) => shift),
    rounding: integers.rounding.requantize,
  }) as const
