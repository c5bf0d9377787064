import { type IntegerType, integerRange } from '../number/saturate.ts'
import type { TensorType } from './types.ts'

/** The smallest and the largest code of a type: what it says they saturate to, else what its element type holds. */
export function codeLimitsOf({ dtype, quant }: Pick<TensorType, 'dtype' | 'quant'>): readonly [min: number, max: number] {
  const held = integerRange(dtype as IntegerType)
  return quant?.saturate ?? [held.min, held.max]
}
