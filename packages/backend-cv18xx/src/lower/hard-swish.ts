import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatElements, floatResult, floatTypeOf, newConstant, onCodes } from '@q/ir/lowering'
import { lowerTable } from './lut.ts'
import { bf16StyleOf } from './lut-bf16.ts'
import { onPlanes } from './on-planes.ts'

/** A line, as a convolution of one tap for each channel, cut off at 0 and 1; what has other than three or four axes is planes meanwhile. @param last name of what is cut off */
function line(node: Node, context: LowerContext, alpha: number, beta: number, last: string): LoweredNode {
  const name = layerOf(node)
  const [x] = node.inputs as [string]
  const type = floatTypeOf(context)
  const style = bf16StyleOf(context)
  const scaled = `${name}_scale`
  const [, channels = 1] = context.typeOf(x).shape
  const filter = newConstant(
    `${scaled}_${scaled}_filter_${type}`,
    type,
    [channels, 1, 1, 1],
    floatElements(new Float32Array(channels).fill(alpha), type, style.bf16),
  )
  const bias = newConstant(`${scaled}_${scaled}_bias`, 'f32', [channels], new Float32Array(channels).fill(beta))
  const { range: _, ...bare } = floatResult(name, context)
  const plane = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: channels }
  const { nodes, values } = onPlanes(
    { name: x, type: bare, planes: `${scaled}_planes` },
    { name: scaled, type: bare, planes: `${scaled}_of_planes` },
    (axes) => axes === 1 || axes === 2,
    (from, to) => ({ op: 'Conv', inputs: [from, filter.name, bias.name], outputs: [to], attrs: { ...plane, ...style } }),
  )
  return {
    nodes: [...nodes, { op: 'Clip', inputs: [scaled], outputs: [last], attrs: { min: 0, max: 1, ...style } }],
    values: [
      filter,
      bias,
      ...values,
      { name: scaled, type: bare },
      { name: last, type: last === name ? floatResult(name, context) : bare },
    ],
  }
}

export const lowerHardSigmoid: LowerOp = onCodes(lowerTable, (node, context) => {
  const { alpha, beta } = context.attrs(node)
  return line(node, context, Number(alpha), Number(beta), layerOf(node))
})

export const lowerHardSwish: LowerOp = onCodes(lowerTable, (node, context) => {
  const name = layerOf(node)
  const clipped = `${name}_clip`
  const made = line(node, context, 1 / 6, 0.5, clipped)
  return {
    nodes: [...made.nodes, { op: 'Mul', inputs: [node.inputs[0]!, clipped], outputs: [name], attrs: bf16StyleOf(context) }],
    values: [...made.values, { name, type: floatResult(name, context) }],
  }
})
