import { type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { factorFor, onCodes, operandCodes, scaledSum } from '@q/ir/lowering'

function int8(node: Node, context: LowerContext): LoweredNode {
  const { scale } = context.quantizedType(layerOf(node)).quant!
  const operands = node.inputs.map((_, place) => operandCodes(node, place, context, () => ({ scale, encode: (x) => x / scale })))
  return scaledSum('QSub', node, context, operands, (operand) =>
    operand.constant === undefined ? factorFor('operand', operand.scale / scale, context) : { multiplier: 1, shift: 0 },
  )
}

/** Difference: in INT8 as a sum; a constant operand has the scale of the result. */
export const lowerSub = onCodes(int8)
