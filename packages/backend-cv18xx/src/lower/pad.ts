import { type LowerOp, layerOf, type Node } from '@q/ir'
import { loweredTo, onCodes } from '@q/ir/lowering'
import { roundSaturate } from '@q/ir/number'

/** A border: its number as a code of the operand. */
export const lowerPad: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const { mode, value } = context.attrs(node)
  const code = roundSaturate(Number(value) / type.quant!.scale, 'i8', 'half-up')
  const attrs: Node['attrs'] = mode === 'constant' ? { ...node.attrs, value: code } : node.attrs
  return loweredTo({ ...node, attrs }, [{ name, type }])
})
