import type { LowerOp } from '@q/ir'
import { onCodes } from '@q/ir/lowering'
import { summed } from './add.ts'

/** A difference: the sum with what is taken off negated. */
export const lowerSub: LowerOp = onCodes(summed([1, -1]))
