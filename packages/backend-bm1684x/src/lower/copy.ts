import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node, type Quant, type TensorType } from '@q/ir'
import { computedOtherwise, copyCodes, lowerJoin, onCodes } from '@q/ir/lowering'

/**
 * Data movement and selection: in INT8 the chip takes the codes of all operands for codes of the result, as range rules have given them one scale.
 * Where rules do not reach (an operand with other users, operators that have none) the scales may differ, and a warning names the layer.
 * A constant becomes codes of the result, and what it is compared with is brought to that scale.
 */
export const lowerCopy: LowerOp = onCodes((node, context) =>
  node.inputs.some((name) => context.constantOf(name) !== undefined) ? lowerJoin(node, context) : copied(node, context),
)

function copied(node: Node, context: LowerContext): LoweredNode {
  return misreadOperands(copyCodes(node, context), node, node.inputs, context)
}

/** What was made of a node that takes the codes of these operands for codes of its result, and a warning for each whose scale is another. */
export function misreadOperands(
  made: LoweredNode,
  node: Node,
  operands: readonly (string | undefined)[],
  context: LowerContext,
): LoweredNode {
  const result = context.quantizedType(layerOf(node))
  const diagnostics = operands.flatMap((name) => {
    if (name === undefined || context.constantOf(name) !== undefined || context.typeOf(name).range === undefined) return []
    const type = context.quantizedType(name)
    if (haveSameCodes(type, result)) return []
    const fact = `the codes of ${name}, ${told(type.quant!)}, are read as codes ${told(result.quant!)}`
    return [computedOtherwise(node, fact)]
  })
  return diagnostics.length === 0 ? made : { ...made, diagnostics }
}

/** Whether a code of one tensor stands for the same number in another. */
export const haveSameCodes = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && a.quant!.scale === b.quant!.scale && a.quant!.zeroPoint === b.quant!.zeroPoint

const told = ({ scale, zeroPoint }: Quant): string => `of scale ${scale}${zeroPoint === 0 ? '' : ` and zero point ${zeroPoint}`}`
