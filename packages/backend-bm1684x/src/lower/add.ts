import { type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { factorFor, onCodes, operandCodes, scaledSum } from '@q/ir/lowering'
import { isEither } from './compare.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const resultScale = context.quantizedType(layerOf(node)).quant!.scale
  const operands = node.inputs.map((_, place) =>
    operandCodes(node, place, context, (largest, signed) => {
      const top = signed ? 127 : 255
      return { scale: largest / top, encode: (x) => (x * top) / largest }
    }),
  )
  const areTruths = isEither(node, context)
  return scaledSum('QAdd', node, context, operands, ({ scale }) => factorFor('operand', areTruths ? 1 : scale / resultScale, context))
}

/** Sum: in INT8 an 8-bit multiplier and a shift for each operand. */
export const lowerAdd = onCodes(int8)
