import type { Diagnostic } from '../errors.ts'
import { layerOf } from '../graph/edges.ts'
import type { Node } from '../graph/types.ts'

/** A warning of a layer that is right here and not behind this program: in the chip's compiler, or on the chip. @param fact what happens there, and what to do */
export function chipLimit(node: Node, fact: string): Diagnostic {
  const layer = layerOf(node)
  return { level: 'warning', code: 'CHIP_LIMIT', message: `${node.op} ${layer} may fail on the chip: ${fact}`, at: [layer] }
}
