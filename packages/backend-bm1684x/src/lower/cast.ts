import type { LoweredNode, LowerOp } from '@q/ir'
import { computedOtherwise, lowerCast } from '@q/ir/lowering'

/** A change of element type in the model: the chip makes 32-bit integers of what shall be 8 or 16 bits, so that nothing wraps. */
export const lowerCastWide: LowerOp = (node, context): LoweredNode => {
  const made = lowerCast(node, context)
  const to = String(context.attrs(node)['to'])
  if (!/^[iu](8|16)$/.test(to)) return made
  return {
    ...made,
    nodes: made.nodes.map((each) => ({ ...each, attrs: { ...each.attrs, to: 'i32' } })),
    diagnostics: [computedOtherwise(node, `numbers that ${to} does not hold stay as they are, and do not wrap`)],
  }
}
