import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { tensorAndNumber } from './number-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number } = tensorAndNumber(node, context)
  const result = context.quantizedType(name)
  const { multiplier, shift } = scaleShift((context.quantizedType(x).quant!.scale / result.quant!.scale) * number, { bits: 8 })
  return loweredTo(
    {
      op: 'Requantize',
      inputs: [x],
      outputs: [name],
      attrs: { multipliers: [multiplier], shifts: [shift], rounding: context.target.rounding.requantize },
    },
    [{ name, type: result }],
  )
}

/** Times a number: in INT8 nothing but a requantization. */
export const lowerMulConstant = byMode(int8)
