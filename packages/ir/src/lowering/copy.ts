import type { Node } from '../graph/types.ts'
import { type LowerContext, type LoweredNode, loweredTo } from '../resolve/lower-context.ts'
import { onCodes } from './by-mode.ts'

/**
 * A node that moves or selects codes: it stays as it is, its results are codes by their own ranges.
 *
 * The limit of a ReLU is a float number; on codes the range, which never goes beyond it, limits by saturation.
 */
export function copyCodes(node: Node, context: LowerContext): LoweredNode {
  return loweredTo(
    node.op === 'Relu' ? { ...node, attrs: { ...node.attrs, reluLimit: -1 } } : node,
    node.outputs.map((name) => ({ name, type: context.quantizedType(name) })),
  )
}

/** Data movement and selection: the same node on codes or on floats. */
export const lowerCopy = onCodes(copyCodes)
