import { type LowerContext, type LoweredNode, loweredTo, type Node } from '@q/ir'
import { byMode } from './by-mode.ts'

/**
 * An operator that moves or selects codes: the node stays, its results are codes by their own ranges.
 * The limit of a ReLU is a float number: on codes the range, which never goes beyond it, limits by saturation.
 */
function int8(node: Node, context: LowerContext): LoweredNode {
  return loweredTo(
    node.op === 'Relu' ? { ...node, attrs: { ...node.attrs, reluLimit: -1 } } : node,
    node.outputs.map((name) => ({ name, type: context.quantizedType(name) })),
  )
}

/** Data movement and selection: the same node on codes or on floats. */
export const lowerCopy = byMode(int8)
