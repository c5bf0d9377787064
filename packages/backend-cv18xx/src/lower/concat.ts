import { type LowerOp, layerOf } from '@q/ir'
import { loweredTo, onCodes } from '@q/ir/lowering'
import { rescaledBy, rescaling } from './byte-factor.ts'
import { constantPlaces, inBf16 } from './in-bf16.ts'

/** A concatenation: each operand by a factor of its own. */
export const lowerConcat: LowerOp = onCodes((node, context) => {
  if (constantPlaces(node, context).length > 0) return inBf16(node, context, 'an operand is a constant')
  const name = layerOf(node)
  const { axis, relu } = context.attrs(node)
  const factors = node.inputs.map((operand) => rescaling(operand!, node, context))
  return loweredTo(
    { op: 'QConcat', inputs: node.inputs, outputs: [name], attrs: { axis: axis!, ...rescaledBy(factors, context), relu: relu! } },
    [{ name, type: context.quantizedType(name) }],
  )
})
