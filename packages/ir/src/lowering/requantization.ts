import type { EncodedFactor } from '../number/encode-factor.ts'
import type { RoundingMode } from '../number/rounding.ts'
import type { MultiplierAndShift } from '../number/scale-shift.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

/** The part of a quantized operator's attributes that says how its integers are rescaled. */
export type RequantizationAttrs = {
  readonly multipliers: readonly number[]
  readonly shifts: readonly number[]
  readonly rounding: RoundingMode
  readonly requantize?: EncodedFactor['requantize']
}

/** Requantization by `factors`, one for each channel or operand or a single one for all, rounded as the chip rounds sums. */
export function requantizationOf(
  factors: readonly (MultiplierAndShift | EncodedFactor)[],
  { integers }: LowerContext,
): RequantizationAttrs {
  const kind = factors.flatMap((factor) => ('requantize' in factor ? [factor.requantize] : []))[0] ?? 'multiplier-shift'
  return {
    multipliers: factors.map(({ multiplier }) => multiplier),
    shifts: factors.map(({ shift }) => shift),
    rounding: integers.rounding.requantize,
    ...(kind === 'multiplier-shift' ? {} : { requantize: kind }),
  }
}
