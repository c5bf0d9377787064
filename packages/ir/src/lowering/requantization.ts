import type { RoundingMode } from '../number/rounding.ts'
import type { MultiplierAndShift } from '../number/scale-shift.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

/** The part of a quantized operator's attributes that says how its integers are rescaled. */
export type RequantizationAttrs = {
  readonly multipliers: readonly number[]
  readonly shifts: readonly number[]
  readonly rounding: RoundingMode
}

/** Requantization by `factors`, one for each channel or operand or a single one for all, rounded as the chip rounds sums. */
export function requantizationOf(factors: readonly MultiplierAndShift[], { target }: LowerContext): RequantizationAttrs {
  return {
    multipliers: factors.map(({ multiplier }) => multiplier),
    shifts: factors.map(({ shift }) => shift),
    rounding: target.rounding.requantize,
  }
}
