import { type LowerContext, type LoweredNode, type LowerOp, layerOf, loweredTo, type Node } from '@q/ir'

/** A change of element type in the model: to floats from whatever the operand is, to integers from float32. */
export const lowerCast: LowerOp = (node: Node, context: LowerContext): LoweredNode => {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { to } = context.attrs(node)
  if (to === 'f32') return loweredTo(node, [{ name, type: context.typeOf(name) }], { operands: new Map([[x, 'any']]) })
  const { shape } = context.typeOf(name)
  return loweredTo(node, [{ name, type: { dtype: 'i32', shape } }], { operands: new Map([[x, 'f32']]) })
}
