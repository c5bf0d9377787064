import type { FactorUse } from '../contracts/scheme.ts'
import { type EncodedFactor, encodeFactor } from '../number/encode-factor.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

/** A factor between scales as the scheme of the context encodes it for this use. @throws QError `MULTIPLIER_OUT_OF_RANGE` */
export function factorFor(use: FactorUse, factor: number, { integers }: LowerContext): EncodedFactor {
  return encodeFactor(factor, integers.multipliers[use])
}
