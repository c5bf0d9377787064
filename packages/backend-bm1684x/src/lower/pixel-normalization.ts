import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, type Value } from '@q/ir'
import { asFloat, computedOtherwise, floatConstant, onCodes } from '@q/ir/lowering'
import { target } from '../target.ts'

/** Codes give half floats: factors and biases are half floats as well. */
function onHalves(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const [x, ...channels] = node.inputs
  const halves = context.in('F16')
  const constants: Value[] = []
  const inputs = channels.map((each) => {
    if (each === undefined) return undefined
    const made = floatConstant(each, 'f16', name, halves)
    constants.push(made)
    return made.name
  })
  const result = { name, type: { ...context.typeOf(name), dtype: 'f16' as const } }
  const made = loweredTo({ ...node, op: 'QPixelNormalization', inputs: [x, ...inputs] }, [...constants, result], {
    operands: new Map([[x!, 'codes']]),
  })
  return { ...made, diagnostics: [computedOtherwise(node, target.computedOtherwise!['PixelNormalization']!)] }
}

/** Normalization over the channels. */
export const lowerPixelNormalization = onCodes(onHalves, asFloat())
