import type { Diagnostic } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node } from '../graph/types.ts'

/**
 * The warning of a lowering whose chip computes a layer otherwise than its operator is defined: the codes are the chip's, and not those of the
 * float network. `Target.computedOtherwise` lists the operator; `backendConformance` compares no values of a layer with this warning, and most of the others of that operator.
 *
 * @param fact what the chip does in its place, in words
 * @param remedy what a user may do about it, in words
 */
export function computedOtherwise(
  node: Node,
  fact: string,
  remedy = 'a float mode in the quantization table computes it right',
): Diagnostic {
  const layer = layerOf(node)
  return {
    level: 'warning',
    code: 'COMPUTED_OTHERWISE',
    message: `${node.op} ${layer} is computed otherwise on the chip: ${fact}; ${remedy}`,
    at: [layer],
  }
}
