import { bool, float } from './define.ts'

/** Attributes of an operator that may end in a ReLU: `reluLimit` caps it when it is above 0. */
export const fusedRelu = { relu: bool(false), reluLimit: float(-1) } as const
