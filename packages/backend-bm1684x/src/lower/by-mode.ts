import type { LowerContext, LoweredNode, LowerOp, Node } from '@q/ir'
import { lowerFloat } from './float.ts'

type Lowering = (node: Node, context: LowerContext) => LoweredNode

/** A lowering with one form for INT8 and one for the float modes. */
export const byMode =
  (int8: Lowering, float: Lowering = (node, context) => lowerFloat(node, context)): LowerOp =>
  (node, context) =>
    context.mode === 'INT8' ? int8(node, context) : float(node, context)
