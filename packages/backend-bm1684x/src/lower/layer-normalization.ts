import { type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { lowerFloat } from '@q/ir/lowering'

/**
 * Layer normalization, left at float32 digits. With an addend but no factor it is a plain one and an addition,
 * `<layer>_affine_add`, whose result takes the place of the layer's.
 */
export function lowerLayerNormalization(node: Node, context: LowerContext): LoweredNode {
  const [x, scale, bias] = node.inputs
  if (scale !== undefined || bias === undefined) return lowerFloat(node, context, { unrounded: true })
  const name = layerOf(node)
  const sum = `${name}_affine_add`
  const plain = lowerFloat({ ...node, inputs: [x] }, context, { unrounded: true })
  const add = lowerFloat({ op: 'Add', inputs: [name, bias], outputs: [name], attrs: {} }, context)
  const named = <T extends { readonly name: string }>(value: T): T => (value.name === name ? { ...value, name: sum } : value)
  return {
    nodes: [...plain.nodes, { ...add.nodes[0]!, outputs: [sum] }],
    values: [...plain.values, ...add.values.map(named)],
    renamed: new Map([[name, sum]]),
  }
}
