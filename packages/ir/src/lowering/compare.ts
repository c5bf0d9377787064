import type { TensorType } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'

const mirrored: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  NotEqual: 'NotEqual',
  Greater: 'Less',
  GreaterOrEqual: 'LessOrEqual',
  Less: 'Greater',
  LessOrEqual: 'GreaterOrEqual',
}

/** The comparison with its operands exchanged; `undefined` for operators that compare nothing. */
export const mirroredComparison = (op: string): string | undefined => mirrored[op]

/** Truth values as codes: 0 and 1, scale 1. */
export function truthType(name: string, context: LowerContext): TensorType {
  return { dtype: 'u8', shape: context.typeOf(name).shape, quant: { scale: 1, zeroPoint: 0, expressed: 'f32' } }
}
