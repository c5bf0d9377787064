import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, scaleShift } from '@q/ir'
import { byMode } from './by-mode.ts'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { multiplier, shift } = scaleShift(context.attrs(node).alpha as number, { bits: 8 })
  return loweredTo(
    {
      op: 'QLeakyRelu',
      inputs: node.inputs,
      outputs: [name],
      attrs: { multipliers: [multiplier], shifts: [shift], rounding: context.target.rounding.requantize },
    },
    [{ name, type: context.quantizedType(name) }],
  )
}

/** Leaky ReLU: in INT8 negative codes times an 8-bit multiplier. */
export const lowerLeakyRelu = byMode(int8)
