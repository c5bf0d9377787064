import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { asFloat } from '@q/ir/lowering'

/** A layer that has no form on codes, computed in bfloat16, and a warning that says why. @param lowering of it in float modes */
export function inBf16(node: Node, context: LowerContext, why: string, lowering: LowerOp = asFloat()): LoweredNode {
  const mode = context.target.defaultFloat
  const made = lowering(node, context.in(mode))
  const message = `${layerOf(node)} is computed in ${mode} although the chip has ${node.op} in ${context.mode}: ${why}`
  const warning = { level: 'warning', code: 'COMPUTED_IN_FLOAT', message, at: [layerOf(node)] } as const
  return { ...made, diagnostics: [...(made.diagnostics ?? []), warning] }
}

/** Which of the operands are constants. */
export const constantPlaces = (node: Node, context: LowerContext): readonly number[] =>
  node.inputs.flatMap((name, place) => (context.constantOf(name) === undefined ? [] : [place]))
