import type { LowerOp } from '../contracts/backend.ts'
import { layerOf } from '../graph/edges.ts'
import { loweredTo } from '../resolve/lower-context.ts'
import { onCodes } from './by-mode.ts'
import { lowerCopy } from './copy.ts'
import { factorFor } from './factor.ts'
import { constantsOf, operandCodes } from './operand-codes.ts'
import { limitedType } from './relu-limit.ts'
import { requantizationOf } from './requantization.ts'
import { scaledSum } from './scaled-sum.ts'

/** A sum or difference: on codes a factor for each operand, constants as codes of their own scale, stored as activations are. */
export const asSum = (op: 'QAdd' | 'QSub'): LowerOp =>
  onCodes((node, context) => {
    const type = limitedType(node, context)
    const { scale } = type.quant!
    const operands = node.inputs.map((_, place) => operandCodes(node, place, context))
    return scaledSum(op, node, context, operands, (operand) => factorFor('operand', operand.scale / scale, context), type)
  })

/** A product: on codes one factor for both operands, constants as in {@link asSum}. */
export const asProduct: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const type = limitedType(node, context)
  const operands = node.inputs.map((_, place) => operandCodes(node, place, context))
  const scale = operands.reduce((product, operand) => product * operand.scale, 1)
  const attrs = requantizationOf([factorFor('product', scale / type.quant!.scale, context)], context)
  return loweredTo(
    {
      op: 'QMul',
      inputs: operands.map((operand) => operand.name),
      outputs: [name],
      attrs: { ...attrs, relu: context.attrs(node)['relu']! },
    },
    [...constantsOf(operands), { name, type }],
  )
})

/** A concatenation of computed operands: on codes all are brought to the scale of the result first. */
export const asJoin: LowerOp = lowerCopy
