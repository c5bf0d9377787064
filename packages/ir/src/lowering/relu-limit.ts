import { codeLimitsOf } from '../graph/code-limits.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node, TensorType } from '../graph/types.ts'
import type { LowerContext } from '../resolve/lower-context.ts'
import { codeIn } from './same-scale.ts'

/**
 * The type of a node's codes: that of the range of its result, and where the node is or ends in a ReLU with a limit that codes go beyond
 * (a scale that is a power of two, the range of an operand), they saturate to the code of the limit.
 *
 * An operator that reads such a type caps its results exactly. A chip that trusts the range to be the limit takes
 * `context.quantizedType` instead.
 */
export function limitedType(node: Node, context: LowerContext): TensorType {
  const type = context.quantizedType(layerOf(node))
  const { relu, reluLimit } = context.attrs(node)
  if (!(Number(reluLimit) > 0) || (relu !== true && node.op !== 'Relu')) return type
  const [min, max] = codeLimitsOf(type)
  const limit = codeIn(type, Number(reluLimit), context)
  return limit < max ? { ...type, quant: { ...type.quant!, saturate: [min, limit] } } : type
}
