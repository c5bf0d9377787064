import type { LowerContext, LoweredNode } from '@q/ir'
import { lowerFloat, lowerJoin, onCodes } from '@q/ir/lowering'
import { hasZeroPoints } from './zero-points.ts'

/** Concatenation: in INT8 operands of another scale are requantized right behind where they are made. */
export const lowerConcat = onCodes((node, context) =>
  node.inputs.some((name) => context.constantOf(name) !== undefined)
    ? lowerFloat(node, context.in('F16'))
    : roundedByZeroPoint(lowerJoin(node, context), context),
)

/** Codes with a zero point are brought to another scale by an instruction of their own, which rounds halves away from zero. */
function roundedByZeroPoint(made: LoweredNode, context: LowerContext): LoweredNode {
  if (!hasZeroPoints(context)) return made
  const zeroPointOf = (name: string): number => {
    const type = made.values.find((value) => value.name === name)?.type ?? context.quantizedType(name)
    return type.quant!.zeroPoint
  }
  const hoisted = made.hoisted!.map((node) => {
    const isPlain = [...node.inputs, ...node.outputs].every((name) => zeroPointOf(name!) === 0)
    return isPlain ? node : { ...node, attrs: { ...node.attrs, rounding: 'half-away-from-zero' } }
  })
  return { ...made, hoisted }
}
