import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { constantsOf, operandOf } from './weight-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const operands = node.inputs.map((_, place) =>
    operandOf(node, place, context, (largest, signed) => {
      const top = signed ? 127 : 255
      return { scale: largest / top, encode: (x) => (x * top) / largest }
    }),
  )
  const factors = operands.map(({ scale }) => scaleShift(scale / result.quant!.scale, { bits: 8, range: 'positive' }))
  return loweredTo(
    {
      op: 'QAdd',
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

/** Sum: in INT8 an 8-bit multiplier and a shift for each operand. */
export const lowerAdd = byMode(int8)
