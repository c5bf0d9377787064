import { lowerFloat, lowerJoin, onCodes } from '@q/ir/lowering'

/** Concatenation: in INT8 operands of another scale are requantized right behind where they are made. */
export const lowerConcat = onCodes((node, context) =>
  node.inputs.some((name) => context.constantOf(name) !== undefined) ? lowerFloat(node, context.in('F16')) : lowerJoin(node, context),
)
