import { elementCount, type LowerOp, layerOf } from '@q/ir'
import { floatElements, floatResult, floatTypeOf, loweredTo, newConstant, onCodes, tensorAndNumber } from '@q/ir/lowering'
import { roundSaturate } from '@q/ir/number'
import { bf16StyleOf } from './lut-bf16.ts'

/** The constant is one of every element, `<layer>_const_max` or `_const_min`: the chip compares tensors of one shape. */
const nameOf = (op: string, layer: string): string => `${layer}_const_${op.toLowerCase()}`

/** The larger or the smaller of a tensor and a number, which becomes codes of the operand, or numbers of the float type. */
export const lowerLimitConstant: LowerOp = onCodes(
  (node, context) => {
    const name = layerOf(node)
    const { x, number } = tensorAndNumber(node, context)
    const type = context.quantizedType(name)
    const code = roundSaturate(number / context.quantizedType(x).quant!.scale, 'i8')
    const { shape } = type
    const codes = newConstant(nameOf(node.op, name), 'i8', shape, new Int8Array(elementCount(shape)).fill(code))
    const constant = { ...codes, type: { ...codes.type, quant: type.quant! } }
    return loweredTo({ ...node, inputs: [x, constant.name] }, [constant, { name, type }])
  },
  (node, context) => {
    const name = layerOf(node)
    const { x, number } = tensorAndNumber(node, context)
    const type = floatTypeOf(context)
    const style = bf16StyleOf(context)
    const result = floatResult(name, context)
    const numbers = new Float32Array(elementCount(result.shape)).fill(number)
    const constant = newConstant(`${nameOf(node.op, name)}_${type}`, type, result.shape, floatElements(numbers, type, style.bf16))
    return loweredTo({ ...node, inputs: [x, constant.name], attrs: { ...node.attrs, ...style } }, [constant, { name, type: result }])
  },
)
