import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'

/** Places of extremes: the operand arrives as float32, the places come out as int32, the extremes themselves as float32. */
export const lowerArg: LowerOp = (node: Node, context: LowerContext): LoweredNode => {
  const values = node.outputs.map((name) => {
    const type = context.typeOf(name)
    return name === layerOf(node) ? { name, type: { dtype: 'i32' as const, shape: type.shape } } : { name, type }
  })
  return { nodes: [node], values, operands: new Map([[node.inputs[0]!, 'f32']]) }
}
