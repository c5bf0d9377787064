import type { LowerContext, LoweredNode, Node } from '@q/ir'
import { lookUp, lowerFloat, onCodes, tensorAndNumber } from '@q/ir/lowering'
import { tableForm } from './activations.ts'

/** A number divided by a tensor: in INT8 a lookup table; a tensor divided by a number has no such form. */
export const lowerReciprocal = onCodes((node, context) => {
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  return numberFirst ? lookUp(node, x, (each) => number / each, context, tableForm) : lowerFloat(node, context.in('F32'))
})

/** Powers with a number as exponent or base: in INT8 a lookup table. */
export function lowerPowerTable(node: Node, context: LowerContext): LoweredNode {
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  return lookUp(node, x, (each) => (numberFirst ? number ** each : each ** number), context, tableForm)
}
