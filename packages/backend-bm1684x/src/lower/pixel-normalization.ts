import type { LowerContext, LoweredNode, Node } from '@q/ir'
import { computedOtherwise, lowerFloat, onCodes } from '@q/ir/lowering'
import { target } from '../target.ts'

/** Codes give half floats: all but the codes is what the operator has in half floats. */
const onHalves = (node: Node, context: LowerContext): LoweredNode => ({
  ...lowerFloat({ ...node, op: 'QPixelNormalization' }, context.in('F16')),
  operands: new Map([[node.inputs[0]!, 'codes']]),
  diagnostics: [computedOtherwise(node, target.computedOtherwise!['PixelNormalization']!)],
})

/** Normalization over the channels. */
export const lowerPixelNormalization = onCodes(onHalves)
