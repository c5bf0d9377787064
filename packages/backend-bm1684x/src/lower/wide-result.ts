import { type Diagnostic, type LowerContext, layerOf, type Neighbour, type Node, type QuantMode, type TensorType } from '@q/ir'
import { computedOtherwise } from '@q/ir/lowering'

const halfModes: readonly (QuantMode | undefined)[] = ['F16', 'BF16']
const floatModes: readonly (QuantMode | undefined)[] = [...halfModes, 'F32']

/** The 8-bit type widened to 16 bits over the same range: the scale is 255 / 65535 of the narrow one. */
export function widened({ dtype, shape, quant }: TensorType): TensorType {
  return { dtype: dtype === 'u8' ? 'u16' : 'i16', shape, quant: { ...quant!, scale: (quant!.scale * 255) / 65535, zeroPoint: 0 } }
}

/** A warning where 16-bit codes, which have no zero point, do not hold a range that 8-bit codes with one are stretched over. */
export function cutByWidening(node: Node, result: TensorType, context: LowerContext): readonly Diagnostic[] {
  const { range } = context.typeOf(layerOf(node))
  const { dtype, quant } = result
  if (range === undefined || (dtype !== 'i16' && dtype !== 'u16')) return []
  const [least, most] = (dtype === 'i16' ? [-32768, 32767] : [0, 65535]).map((code) => code * quant!.scale) as [number, number]
  const slack = (range.max - range.min) / 255
  if (range.min >= least - slack && range.max <= most + slack) return []
  return [computedOtherwise(node, `numbers beyond ${least.toPrecision(3)} and ${most.toPrecision(3)} are cut off`)]
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
