import { type LowerContext, layerOf, type Neighbour, type Node, type QuantMode, type TensorType } from '@q/ir'

const halfModes: readonly (QuantMode | undefined)[] = ['F16', 'BF16']
const floatModes: readonly (QuantMode | undefined)[] = [...halfModes, 'F32']

/** The 8-bit type widened to 16 bits over the same range: the scale is 255 / 65535 of the narrow one. */
export function widened({ dtype, shape, quant }: TensorType): TensorType {
  return { dtype: dtype === 'u8' ? 'u16' : 'i16', shape, quant: { ...quant!, scale: (quant!.scale * 255) / 65535, zeroPoint: 0 } }
}

const onlyUser = (name: string, context: LowerContext): Neighbour | undefined =>
  context.useCount(name) === 1 ? context.consumers(name)[0] : undefined

/**
 * Whether an INT8 matrix product keeps 16 bits: its only user is an Add or a Softmax that the plan has in a float mode. Of a product that a rewrite has made
 * in the place of another, a Reshape was the user.
 */
export function isWideMatMul(node: Node, context: LowerContext): boolean {
  if (node.origin?.includes(layerOf(node)) === false) return false
  const user = onlyUser(layerOf(node), context)
  return user !== undefined && (user.node.op === 'Add' || user.node.op === 'Softmax') && floatModes.includes(user.planned)
}

/**
 * Whether an INT8 convolution keeps 16 bits: in a detector of the YOLO kind, when it follows an activation, and its only user is
 * a Reshape or Concat in half floats that feeds no convolution.
 */
export function isWideConv(node: Node, context: LowerContext): boolean {
  return context.facts['isDetectorHead'] === true && halfModes.includes(onlyUser(layerOf(node), context)?.planned)
}
