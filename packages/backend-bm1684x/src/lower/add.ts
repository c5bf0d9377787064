import { type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { factorFor, onCodes, operandCodes, scaledSum } from '@q/ir/lowering'
import { isTruth } from './compare.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const resultScale = context.quantizedType(layerOf(node)).quant!.scale
  const operands = node.inputs.map((_, place) =>
    operandCodes(node, place, context, (largest, signed) => {
      const top = signed ? 127 : 255
      return { scale: largest / top, encode: (x) => (x * top) / largest }
    }),
  )
  // Truth values are the codes 0 and 1 in whatever scale, and what is asked of their sum is whether it is 0.
  const truths = new Set(node.inputs.filter((name) => isTruth(name!, context)))
  const areTruths = node.inputs.every((name) => truths.has(name))
  return scaledSum('QAdd', node, context, operands, ({ scale }) => factorFor('operand', areTruths ? 1 : scale / resultScale, context))
}

/** Sum: in INT8 an 8-bit multiplier and a shift for each operand. */
export const lowerAdd = onCodes(int8)
