import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatElements, floatResult, floatTypeOf, loweredTo, newConstant, tensorAndNumber } from '@q/ir/lowering'
import { bf16StyleOf } from './lut-bf16.ts'

/** A tensor plus a number, which is a constant of the float type: `<layer>_<layer>_const_val_<type>`. */
export function plusNumber(node: Node, x: string, number: number, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const type = floatTypeOf(context)
  const style = bf16StyleOf(context)
  const constant = newConstant(`${name}_${name}_const_val_${type}`, type, [1], floatElements(Float32Array.of(number), type, style.bf16))
  return loweredTo({ ...node, op: 'Add', inputs: [x, constant.name], attrs: { ...node.attrs, ...style } }, [
    constant,
    { name, type: floatResult(name, context) },
  ])
}

export const lowerAddConstant: LowerOp = (node, context) => {
  const { x, number } = tensorAndNumber(node, context)
  return plusNumber(node, x, number, context)
}
