import type { LowerOp } from '@q/ir'
import { asFloat, onCodes } from '@q/ir/lowering'
import { summed } from './add.ts'
import { constantPlaces } from './in-bf16.ts'
import { reluBehind } from './relu-behind.ts'

/** The chip's difference with a constant leaves a ReLU out that it ends in. */
const inFloats: LowerOp = (node, context) =>
  (constantPlaces(node, context).length > 0 ? reluBehind(asFloat(), '_plain') : asFloat())(node, context)

/** A difference: the sum with what is taken off negated. */
export const lowerSub: LowerOp = onCodes(summed([1, -1], inFloats), inFloats)
