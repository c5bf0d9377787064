import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatResult, lowerFloat } from '@q/ir/lowering'
import { notOnHost } from './on-host.ts'

/**
 * The largest elements, by the host in float32. Its program looks along the last axis, to which the chip brings another one.
 *
 * @throws QError `OP_UNSUPPORTED` where the places of the elements are wanted, which it does not give
 */
export const lowerTopK: LowerOp = (node, context) => {
  const [, places] = node.outputs
  if (places !== undefined && context.useCount(places) > 0) throw notOnHost(node, context, `${places}, which is used`, 'the elements alone')
  const own: Node = { ...node, outputs: [layerOf(node)] }
  const { axis } = context.attrs(node)
  const last = context.typeOf(node.inputs[0]!).shape.length - 1
  return axis === last ? lowerFloat(own, context.in('HOST')) : alongLast(own, Number(axis), context.in(context.target.defaultFloat))
}

function alongLast(node: Node, axis: number, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const type = floatResult(name, context)
  const { shape } = context.typeOf(node.inputs[0]!)
  const perm = shape.map((_, i) => (i === axis ? shape.length - 1 : i === shape.length - 1 ? axis : i))
  const turned = (of: readonly number[]): readonly number[] => perm.map((i) => of[i]!)
  const [before, after] = [`${name}_turned`, `${name}_of_turned`]
  return {
    nodes: [
      { op: 'Transpose', inputs: node.inputs, outputs: [before], attrs: { perm } },
      { ...node, inputs: [before], outputs: [after], attrs: { ...node.attrs, axis: shape.length - 1 } },
      { op: 'Transpose', inputs: [after], outputs: [name], attrs: { perm } },
    ],
    values: [
      { name: before, type: { dtype: type.dtype, shape: turned(shape) } },
      { name: after, type: { dtype: 'f32', shape: turned(type.shape) } },
      { name, type },
    ],
  }
}
