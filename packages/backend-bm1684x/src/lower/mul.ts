import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { constantsOf, factorFor, onCodes, operandCodes, requantizationOf } from '@q/ir/lowering'
import { isTruth } from './compare.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const result = context.quantizedType(name)
  const operands = node.inputs.map((_, place) =>
    operandCodes(node, place, context, (largest, signed) => {
      const scale = Math.fround(largest / (signed ? 127 : 255))
      return { scale, encode: (x) => x / scale }
    }),
  )
  // Truth values are 0 and 1 whatever range they were calibrated with.
  const scales = operands.map(({ scale }, place) => (isTruth(node.inputs[place]!, context) ? 1 : scale))
  const product = scales.reduce((factor, scale) => factor * scale, 1)
  const factor = factorFor('product', product / result.quant!.scale, context)
  return loweredTo(
    {
      op: 'QMul',
      inputs: operands.map((operand) => operand.name),
      outputs: [name],
      attrs: { ...requantizationOf([factor], context), relu: context.attrs(node).relu! },
    },
    [...constantsOf(operands), { name, type: result }],
  )
}

/** Product: in INT8 one 8-bit multiplier and shift. */
export const lowerMul = onCodes(int8)
