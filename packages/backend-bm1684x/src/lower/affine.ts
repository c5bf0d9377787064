import { type LowerContext, type LoweredNode, layerOf, loweredTo, type Node, type Quant } from '@q/ir'
import { lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { rightShiftByLogarithm, roundHalfAway, saturate, toInt16 } from '@q/ir/number'

/** The share of saturated bias values that is accepted. */
const mostSaturated = 0.03

/**
 * One channel: the largest shift whose int8 scale fits and whose int16 bias does not saturate; half a step is added to the
 * bias, so that the chip may round down. What the input's zero point adds is taken off.
 */
function channelOf(scale: number, bias: number, input: Quant, outputScale: number) {
  const { scale: inputScale, zeroPoint } = input
  const addend = Float32Array.of(bias)
  const bias16 = (shift: number) => toInt16(addend, Math.fround(2 ** shift / outputScale))
  let shift = rightShiftByLogarithm(scale, inputScale, outputScale)
  while (shift > 0 && bias16(shift).saturated > mostSaturated) shift--
  const exact = bias16(shift).values[0]!
  const rounded = shift > 0 ? Math.max(exact, ((exact + 2 ** (shift - 1)) << 16) >> 16) : exact
  const code = saturate(roundHalfAway(Math.fround(scale * Math.fround((2 ** shift * inputScale) / outputScale))), 'i8')
  return { shift, bias: rounded - zeroPoint * code, code }
}

function int8(node: Node, context: LowerContext): LoweredNode {
  const [x, scale, bias] = node.inputs as [string, string, string]
  const name = layerOf(node)
  const factors = context.constantOf(scale)
  const addends = context.constantOf(bias)
  if (factors === undefined || addends === undefined) return lowerFloat(node, context.in('F32'))
  const result = context.quantizedType(name)
  const input = context.quantizedType(x).quant!
  const channels = Array.from(factors.data as Float32Array, (factor, i) =>
    channelOf(factor, Number(addends.data[i]), input, result.quant!.scale),
  )
  const shape = [1, channels.length, 1, 1]
  const constants = [
    newConstant(
      `${name}_scale_int8`,
      'i8',
      factors.shape,
      Int8Array.from(channels, (channel) => channel.code),
    ),
    newConstant(
      `${name}_bias_int16`,
      'i16',
      shape,
      Int16Array.from(channels, (channel) => channel.bias),
    ),
    newConstant(
      `${name}_lshift_i8`,
      'i8',
      shape,
      Int8Array.from(channels, (channel) => -channel.shift),
    ),
  ]
  return loweredTo(
    {
      op: 'QAffine',
      inputs: [x, ...constants.map((value) => value.name)],
      outputs: [name],
      attrs: { rounding: 'down', relu: context.attrs(node).relu! },
    },
    [...constants, { name, type: result }],
  )
}

/** Scale and bias per channel on two or five axes: in INT8 by int8 scales, int16 biases and shifts. */
export const lowerAffine = onCodes(int8, (node, context) => lowerFloat(node, context, { unrounded: true }))
