import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { loweredTo, lowerFloat, onCodes } from '@q/ir/lowering'
import { sharedShift } from './add.ts'
import { constantPlaces, inBf16 } from './in-bf16.ts'
import { wholeOperands } from './whole-operands.ts'

const inFloats: LowerOp = (node, context) => wholeOperands(lowerFloat(node, context), context)

/** Codes, each brought to the scale of the result by a multiplier of a byte, as the chip compares them; TPU-MLIR's interpreter compares them as they are. */
function rescaled(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { multipliers, shift } = sharedShift(node, context)
  return loweredTo(
    {
      op: `Q${node.op}`,
      inputs: node.inputs,
      outputs: [name],
      attrs: { multipliers, shifts: [shift], rounding: context.integers.rounding.requantize, relu: context.attrs(node).relu! },
    },
    [{ name, type: context.quantizedType(name) }],
  )
}

/** The larger or the smaller of two operands. */
export const lowerChoice: LowerOp = onCodes(
  (node, context) =>
    constantPlaces(node, context).length > 0
      ? inBf16(node, context, 'an operand is a constant', inFloats)
      : wholeOperands(rescaled(node, context), context),
  inFloats,
)
