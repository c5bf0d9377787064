import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { factorFor, onCodes, requantizationOf } from '@q/ir/lowering'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const factor = factorFor('product', context.attrs(node).alpha as number, context)
  return loweredTo({ op: 'QLeakyRelu', inputs: node.inputs, outputs: [name], attrs: requantizationOf([factor], context) }, [
    { name, type: context.quantizedType(name) },
  ])
}

/** Leaky ReLU: in INT8 negative codes times an 8-bit multiplier. */
export const lowerLeakyRelu = onCodes(int8)
