import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { factorFor, onCodes, requantizationOf, tensorAndNumber } from '@q/ir/lowering'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { x, number } = tensorAndNumber(node, context)
  const result = context.quantizedType(name)
  const factor = factorFor('product', (context.quantizedType(x).quant!.scale / result.quant!.scale) * number, context)
  return loweredTo({ op: 'Requantize', inputs: [x], outputs: [name], attrs: requantizationOf([factor], context) }, [{ name, type: result }])
}

/** Times a number: in INT8 nothing but a requantization. */
export const lowerMulConstant = onCodes(int8)
