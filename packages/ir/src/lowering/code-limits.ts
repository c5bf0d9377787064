import type { TensorType } from '../graph/types.ts'
import { type IntegerType, integerRange } from '../number/saturate.ts'

/** The smallest and the largest code of a type: what it says they saturate to, else what its element type holds. */
export function codeLimitsOf({ dtype, quant }: TensorType): readonly [min: number, max: number] {
  const held = integerRange(dtype as IntegerType)
  return quant?.saturate ?? [held.min, held.max]
}

/** Clamps whole numbers to the codes of a type (see {@link codeLimitsOf}). NaN gives the smallest code. */
export function saturatorOf(type: TensorType): (code: number) => number {
  const [min, max] = codeLimitsOf(type)
  return (code) => (code >= max ? max : code > min ? code : min)
}
