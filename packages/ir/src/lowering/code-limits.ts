import { codeLimitsOf } from '../graph/code-limits.ts'
import type { TensorType } from '../graph/types.ts'

/** Clamps whole numbers to the codes of a type (see {@link codeLimitsOf}). NaN gives the smallest code. */
export function saturatorOf(type: TensorType): (code: number) => number {
  const [min, max] = codeLimitsOf(type)
  return (code) => (code >= max ? max : code > min ? code : min)
}
