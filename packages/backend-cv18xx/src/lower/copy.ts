import { type LowerContext, type LowerOp, layerOf, type Node } from '@q/ir'
import { copyCodes, lowerFloat, onCodes } from '@q/ir/lowering'
import { inBf16 } from './in-bf16.ts'
import { reluOf } from './relu-of.ts'

/** A node that makes no numbers in floats: it does not say how they are made. */
const unchanged: LowerOp = (node, context) => {
  const made = lowerFloat(node, context)
  return { ...made, nodes: made.nodes.map(({ attrs: { bf16: _, ...attrs }, ...more }) => ({ ...more, attrs })) }
}

/** Codes copied as they are. */
export const lowerCopy: LowerOp = onCodes(copyCodes, unchanged)

const limitOf = (node: Node, context: LowerContext): number => Number(context.attrs(node)['reluLimit'])

const reluInFloats: LowerOp = (node, context) => lowerFloat(reluOf(node.inputs[0]!, layerOf(node), limitOf(node, context), {}), context)

/** A ReLU with a limit is computed in floats: the chip's own has none. */
export const lowerRelu: LowerOp = onCodes(
  (node, context) => (limitOf(node, context) > 0 ? inBf16(node, context, 'it has a limit', reluInFloats) : copyCodes(node, context)),
  reluInFloats,
)
