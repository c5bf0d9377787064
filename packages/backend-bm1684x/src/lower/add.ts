import { type LowerContext, type LoweredNode, layerOf, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'
import { scaledSum } from './scaled-sum.ts'
import { operandOf } from './weight-operand.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const resultScale = context.quantizedType(layerOf(node)).quant!.scale
  const operands = node.inputs.map((_, place) =>
    operandOf(node, place, context, (largest, signed) => {
      const top = signed ? 127 : 255
      return { scale: largest / top, encode: (x) => (x * top) / largest }
    }),
  )
  return scaledSum('QAdd', node, context, operands, ({ scale }) => scaleShift(scale / resultScale, { bits: 8, range: 'positive' }))
}

/** Sum: in INT8 an 8-bit multiplier and a shift for each operand. */
export const lowerAdd = byMode(int8)
