import { layerOf, type LowerContext, type LoweredNode, type LowerOp, type Node } from '@q/ir'
import { lowerFloat } from './float.ts'

/** Places of extremes: computed in a float type; the places themselves come out as float32 numbers. */
export const lowerArg: LowerOp = (node: Node, context: LowerContext): LoweredNode => {
  const lowered = lowerFloat(node, context)
  const name = layerOf(node)
  return {
    ...lowered,
    values: lowered.values.map((value) => (value.name === name ? { ...value, type: { dtype: 'f32', shape: value.type.shape } } : value)),
    operands: new Map([[node.inputs[0]!, lowered.values.find((value) => value.name === node.outputs.at(-1))!.type.dtype]]),
  }
}
