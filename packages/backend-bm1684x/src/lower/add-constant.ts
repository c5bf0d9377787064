import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, roundHalfAway, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { tensorAndNumber } from './number-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number, numberFirst } = tensorAndNumber(node, context)
  const result = context.quantizedType(name)
  const { scale } = result.quant!
  const { multiplier, shift } = scaleShift(context.quantizedType(x).quant!.scale / scale, { bits: 8, range: 'positive' })
  const operation = node.op === 'Add' ? 'add' : numberFirst ? 'subtract-from' : 'subtract'
  return loweredTo(
    {
      op: 'QAddConstant',
      inputs: [x],
      outputs: [name],
      attrs: {
        constant: roundHalfAway(number / scale) * 2 ** shift,
        operation,
        multipliers: [multiplier],
        shifts: [shift],
        rounding: context.target.rounding.requantize,
        relu: context.attrs(node).relu!,
      },
    },
    [{ name, type: result }],
  )
}

/** Plus or minus a number: in INT8 the number is rounded to the scale of the result, then shifted. */
export const lowerAddConstant = byMode(int8)
