import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, type Value } from '@q/ir'
import { lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { roundHalfAway, saturate } from '@q/ir/number'
import { misreadOperands } from './copy.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const type = context.quantizedType(name)
  const dtype = type.dtype as 'i8' | 'u8'
  const values: Value[] = []
  const inputs = node.inputs.map((each, place) => {
    const constant = context.constantOf(each)
    if (constant === undefined) return each
    if (place === 0) {
      const chosen = newConstant(`${name}_i8`, 'u8', constant.shape, Uint8Array.from(constant.data as Float32Array, Number))
      values.push(chosen)
      return chosen.name
    }
    const { scale, zeroPoint } = type.quant!
    const codes = Array.from(constant.data as Float32Array, (x) => saturate(roundHalfAway(Number(x) / scale + zeroPoint), dtype))
    const value = newConstant(`${each}_${dtype}`, dtype, constant.shape, dtype === 'i8' ? Int8Array.from(codes) : Uint8Array.from(codes))
    values.push(value)
    return value.name
  })
  return misreadOperands(loweredTo({ ...node, inputs }, [...values, { name, type }]), node, node.inputs.slice(1), context)
}

/** A branch that is one number is an attribute of the chip's operator: it is written down as it is. */
function float(node: Node, context: LowerContext): LoweredNode {
  return lowerFloat(node, context, { keep: [1, 2].filter((place) => context.constantOf(node.inputs[place])?.data.length === 1) })
}

/** Selection by a condition: in INT8 constant branches are rounded to the scale of the result. */
export const lowerWhere = onCodes(int8, float)
