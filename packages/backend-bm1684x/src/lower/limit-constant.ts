import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { onCodes, tensorAndNumber } from '@q/ir/lowering'
import { roundHalfAway } from '@q/ir/number'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number } = tensorAndNumber(node, context)
  return loweredTo(
    {
      op: 'QLimitConstant',
      inputs: [x],
      outputs: [name],
      attrs: {
        constant: roundHalfAway(number / context.quantizedType(x).quant!.scale),
        operation: node.op === 'Max' ? 'max' : 'min',
        multipliers: [1],
        shifts: [0],
        rounding: context.integers.rounding.requantize,
      },
    },
    [{ name, type: context.quantizedType(name) }],
  )
}

/** The larger or smaller of a tensor and a number: in INT8 on the codes, whose scale does not change. */
export const lowerLimitConstant = onCodes(int8)
