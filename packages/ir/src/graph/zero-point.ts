import type { TensorType } from './types.ts'

/** The zero point of codes with one scale; 0 for everything else. */
export function zeroPointOf(type: TensorType): number {
  return type.quant?.zeroPoint ?? 0
}
