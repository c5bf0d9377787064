import { type LowerContext, type LoweredNode, type LowerOp, loweredTo, type Node } from '@q/ir'

/** The largest elements in float32, their places as int32. */
export const lowerTopK: LowerOp = (node: Node, context: LowerContext): LoweredNode =>
  loweredTo(
    node,
    node.outputs.map((name, place) => {
      const type = context.typeOf(name)
      return { name, type: place === 0 ? type : { dtype: 'i32', shape: type.shape } }
    }),
    { operands: new Map([[node.inputs[0]!, 'f32']]) },
  )
