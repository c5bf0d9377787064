import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { codeIn, onCodes } from '@q/ir/lowering'
import { misreadOperands } from './copy.ts'

/** In INT8 the border holds the code of the value; one beyond the codes saturates. */
function int8(node: Node, context: LowerContext): LoweredNode {
  const value = codeIn(context.quantizedType(node.inputs[0]!), Number(context.attrs(node).value), context)
  const made = loweredTo({ ...node, attrs: { ...node.attrs, value } }, [
    { name: layerOf(node), type: context.quantizedType(layerOf(node)) },
  ])
  return misreadOperands(made, node, node.inputs, context)
}

/** A border around a tensor. */
export const lowerPad = onCodes(int8)
