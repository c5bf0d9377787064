import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node } from '@q/ir'
import { extentOf, largestOf, lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { byteMultiplier, quantizedScale } from '@q/ir/number'

function int8(node: Node, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const [x, slopeName] = node.inputs as [string, string]
  const slope = context.constantOf(slopeName)
  if (slope === undefined) return lowerFloat(node, context.in('F16'))
  const data = slope.data as Float32Array
  const { shift } = quantizedScale(largestOf(extentOf(data)))
  const codes = newConstant(
    `${name}_slope_i8`,
    'i8',
    slope.shape,
    Int8Array.from(data, (each) => byteMultiplier(each, shift)),
  )
  return loweredTo(
    { op: 'QPRelu', inputs: [x, codes.name], outputs: [name], attrs: { shifts: [shift], rounding: context.integers.rounding.requantize } },
    [codes, { name, type: context.quantizedType(name) }],
  )
}

/** PReLU: in INT8 an int8 slope per channel, one shift for all. */
export const lowerPRelu = onCodes(int8)
