import { type LowerContext, type LowerOp, layerOf, type Node } from '@q/ir'
import { asFloat, lowerFloat, onCodes } from '@q/ir/lowering'
import { summed } from './add.ts'
import { constantPlaces } from './in-bf16.ts'
import { reluBehind } from './relu-behind.ts'
import { repeatingOne, wholeOperands } from './whole-operands.ts'

/** Whether an operand of a node is repeated to the shape of its result. */
const isRepeated = (node: Node, place: number, context: LowerContext): boolean =>
  context.typeOf(node.inputs[place]!).shape.join() !== context.typeOf(layerOf(node)).shape.join()

/** The chip's difference, beside a constant and an operand that is repeated, leaves a ReLU out that it ends in, and repeats only what is taken off. */
const inFloats: LowerOp = (node, context) => {
  if (constantPlaces(node, context).length > 0) return reluBehind(asFloat(), '_plain')(node, context)
  if (isRepeated(node, 0, context)) return wholeOperands(lowerFloat(node, context), context)
  return (isRepeated(node, 1, context) ? reluBehind(asFloat(), '_plain') : asFloat())(node, context)
}

/** A difference: the sum with what is taken off negated. */
export const lowerSub: LowerOp = onCodes(repeatingOne(summed([1, -1], inFloats)), inFloats)
