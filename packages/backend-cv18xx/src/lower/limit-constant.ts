import { type LowerOp, layerOf } from '@q/ir'
import { loweredTo, newConstant, onCodes, tensorAndNumber } from '@q/ir/lowering'
import { roundSaturate } from '@q/ir/number'

/** The larger or the smaller of a code and a number, which becomes a code of the operand. */
export const lowerLimitConstant: LowerOp = onCodes((node, context) => {
  const name = layerOf(node)
  const { x, number } = tensorAndNumber(node, context)
  const type = context.quantizedType(name)
  const code = roundSaturate(number / context.quantizedType(x).quant!.scale, 'i8')
  const constant = newConstant(`${name}_const`, 'i8', [1], Int8Array.of(code))
  const codes = { ...constant, type: { ...constant.type, quant: type.quant! } }
  return loweredTo({ ...node, inputs: [x, codes.name] }, [codes, { name, type }])
})
