import { type LowerContext, type LoweredNode, loweredTo, type Node } from '@q/ir'
import { byMode } from './by-mode.ts'

/** An operator that moves or selects codes: the node stays, its results are codes by their own ranges. */
function int8(node: Node, context: LowerContext): LoweredNode {
  return loweredTo(
    node,
    node.outputs.map((name) => ({ name, type: context.quantizedType(name) })),
  )
}

/** Data movement and selection: the same node on codes or on floats. */
export const lowerCopy = byMode(int8)
