import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { onCodes } from '@q/ir/lowering'
import { roundHalfAway } from '@q/ir/number'

/**
 * In INT8 the chip's simulator pads with `float32((K - zero point) scale)`, K being the code of the value, and not with K
 * itself; so do we.
 */
function int8(node: Node, context: LowerContext): LoweredNode {
  const { scale, zeroPoint } = context.quantizedType(node.inputs[0]!).quant!
  const code = roundHalfAway((context.attrs(node).value as number) / scale + zeroPoint)
  const value = Math.fround((code - zeroPoint) * scale)
  return loweredTo({ ...node, attrs: { ...node.attrs, value } }, [{ name: layerOf(node), type: context.quantizedType(layerOf(node)) }])
}

/** A border around a tensor. */
export const lowerPad = onCodes(int8)
