import type { LowerOp } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import { loweredTo } from '../resolve/lower-context.ts'

/** Places of extremes: the operand arrives as float32, the places come out as int32, the extremes themselves as float32. */
export const lowerArg: LowerOp = (node, context) => {
  const values = node.outputs.map((name) => {
    const type = context.typeOf(name)
    return name === layerOf(node) ? { name, type: { dtype: 'i32' as const, shape: type.shape } } : { name, type }
  })
  return loweredTo(node, values, { operands: new Map([[node.inputs[0]!, 'f32']]) })
}

/** The largest elements in float32, their places as int32. */
export const lowerTopK: LowerOp = (node, context) => {
  const values = node.outputs.map((name, place) => {
    const type = context.typeOf(name)
    return { name, type: place === 0 ? type : { dtype: 'i32' as const, shape: type.shape } }
  })
  return loweredTo(node, values, { operands: new Map([[node.inputs[0]!, 'f32']]) })
}

/** A change of element type in the model: to float32 from whatever the operand is, to others from float32. */
export const lowerCast: LowerOp = (node, context) => {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { to } = context.attrs(node)
  if (to === 'f32') return loweredTo(node, [{ name, type: context.typeOf(name) }], { operands: new Map([[x, 'any']]) })
  const { shape } = context.typeOf(name)
  const dtype = to === 'f16' || to === 'bf16' ? to : 'i32'
  return loweredTo(node, [{ name, type: { dtype, shape } }], { operands: new Map([[x, 'f32']]) })
}
