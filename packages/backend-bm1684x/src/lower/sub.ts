import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { constantsOf, operandOf } from './weight-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const scale = result.quant!.scale
  const operands = node.inputs.map((_, place) => operandOf(node, place, context, () => ({ scale, encode: (x) => x / scale })))
  const factors = operands.map((operand) =>
    operand.constant === undefined ? scaleShift(operand.scale / scale, { bits: 8, range: 'positive' }) : { multiplier: 1, shift: 0 },
  )
  return loweredTo(
    {
      op: 'QSub',
      inputs: operands.map((operand) => operand.name),
      outputs: [name],
      attrs: {
        multipliers: factors.map(({ multiplier }) => multiplier),
        shifts: factors.map(({ shift }) => shift),
        rounding: context.target.rounding.requantize,
        relu: context.attrs(node).relu!,
      },
    },
    [...constantsOf(operands), { name, type: result }],
  )
}

/** Difference: in INT8 as a sum; a constant operand has the scale of the result. */
export const lowerSub = byMode(int8)
