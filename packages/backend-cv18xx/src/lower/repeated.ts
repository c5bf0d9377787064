import { type LowerContext, type LoweredNode, layerOf, type Node } from '@q/ir'
import { depthwise } from './depthwise.ts'

/** Elements of planes repeated, as often in rows and columns as the factors say: a transposed convolution with ones. */
export function repeated(node: Node, context: LowerContext, factors: readonly [rows: number, columns: number]): LoweredNode {
  const taps = Array.from({ length: factors[0] * factors[1] }, () => 1)
  const weightName = `${layerOf(node)}filter`
  return depthwise(node, context, {
    op: 'ConvTranspose',
    x: node.inputs[0]!,
    taps,
    kernel: factors,
    strides: factors,
    pads: [0, 0, 0, 0],
    weightName,
  })
}
