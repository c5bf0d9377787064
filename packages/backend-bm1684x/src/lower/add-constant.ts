import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { factorFor, onCodes, requantizationOf, tensorAndNumber } from '@q/ir/lowering'
import { roundHalfAway } from '@q/ir/number'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  const result = context.quantizedType(name)
  const { scale } = result.quant!
  const { dtype, quant } = context.quantizedType(x)
  const factor = factorFor('operand', quant!.scale / scale, context)
  const operation = node.op === 'Add' ? 'add' : numberFirst ? 'subtract-from' : 'subtract'
  return loweredTo(
    {
      op: 'QAddConstant',
      inputs: [x],
      outputs: [name],
      attrs: {
        constant: roundHalfAway(number / scale) * 2 ** factor.shift + quant!.zeroPoint * factor.multiplier,
        operation,
        ...requantizationOf([factor], context),
        // The chip's compiler ends on a ReLU behind the sum of unsigned codes and a number that is not negative, where it takes nothing away.
        relu: context.attrs(node)['relu'] === true && !(operation === 'add' && number >= 0 && dtype === 'u8'),
      },
    },
    [{ name, type: result }],
  )
}

/**
 * Plus or minus a number: in INT8 the number is rounded to the scale of the result, then shifted, and what is taken off from or taken off makes up for the
 * zero point of the tensor.
 */
export const lowerAddConstant = onCodes(int8)
