import { bool, float } from './define.ts'
import { spelled } from './spelled.ts'

/** Attributes of an operator that may end in a ReLU: `reluLimit` caps it when it is above 0. */
export const fusedRelu = { relu: bool(false), reluLimit: spelled('limit', float(-1)) } as const
