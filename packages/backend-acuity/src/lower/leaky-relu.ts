import type { LowerOp } from '@q/ir'
import { lookUp, onCodes } from '@q/ir/lowering'

/** A ReLU with a slope below zero: on codes a table. */
export const lowerLeakyRelu: LowerOp = onCodes((node, context) => {
  const alpha = Number(context.attrs(node)['alpha'])
  return lookUp(node, node.inputs[0]!, (x) => (x < 0 ? alpha * x : x), context)
})
