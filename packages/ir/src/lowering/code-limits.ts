import type { TensorType } from '../graph/types.ts'
import { type IntegerType, integerRange } from '../number/saturate.ts'

/** Clamps whole numbers to the codes of a type: to what it says they saturate to, else to its element type. NaN gives the smallest code. */
export function saturatorOf({ dtype, quant }: TensorType): (code: number) => number {
  const held = integerRange(dtype as IntegerType)
  const [min, max] = quant?.saturate ?? [held.min, held.max]
  return (code) => (code >= max ? max : code > min ? code : min)
}
