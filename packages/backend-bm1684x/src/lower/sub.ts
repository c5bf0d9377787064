import { type LowerContext, type LoweredNode, layerOf, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { scaledSum } from './scaled-sum.ts'
import { operandOf } from './weight-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const { scale } = context.quantizedType(layerOf(node)).quant!
  const operands = node.inputs.map((_, place) => operandOf(node, place, context, () => ({ scale, encode: (x) => x / scale })))
  return scaledSum('QSub', node, context, operands, (operand) =>
    operand.constant === undefined ? scaleShift(operand.scale / scale, { bits: 8, range: 'positive' }) : { multiplier: 1, shift: 0 },
  )
}

/** Difference: in INT8 as a sum; a constant operand has the scale of the result. */
export const lowerSub = byMode(int8)
