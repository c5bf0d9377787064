import { bool, float } from './define.ts'
import { spelled } from './spelled.ts'

/** The largest float32 number. */
const largest = (2 - 2 ** -23) * 2 ** 127

/**
 * Where a ReLU ends: at its limit when that is above 0. A limit of 0 is a Clip from 0 without an upper bound, which ONNX Runtime ends at the largest
 * float32 number; infinity passes where there is no limit (below 0).
 */
export const reluEnd = (limit: number): number => (limit > 0 ? limit : limit === 0 ? largest : Infinity)

/** Attributes of an operator that may end in a ReLU, which `reluLimit` caps ({@link reluEnd}). */
export const fusedRelu = { relu: bool(false), reluLimit: spelled('limit', float(-1)) } as const
