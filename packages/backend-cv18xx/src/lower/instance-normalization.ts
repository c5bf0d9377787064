import { type LowerContext, type LoweredNode, type LowerOp, layerOf, type Node } from '@q/ir'
import { floatElements, floatResult, loweredTo, newConstant } from '@q/ir/lowering'
import { bf16StyleOf } from './lut-bf16.ts'
import { notOnHost } from './on-host.ts'
import { onPlanes } from './on-planes.ts'

/**
 * Normalized planes of one image, by the host in float32. Its program divides the means and variances of all channels by the first scale and knows no others, so that what
 * has scales is normalized without them, and scaled and shifted by the chip in bfloat16.
 *
 * @throws QError `OP_UNSUPPORTED` for several images, more axes than four, and scales or biases that are computed
 */
export const lowerInstanceNormalization: LowerOp = (node, context) => {
  const name = layerOf(node)
  const x = node.inputs[0]!
  const { shape } = context.typeOf(x)
  if (shape[0] !== 1 || shape.length > 4) {
    throw notOnHost(
      node,
      context,
      `an operand of [${shape.join(', ')}]`,
      'one image of at most four axes: its program takes the means of the last one for all',
    )
  }
  const scales = numbersOf(node, 1, context)
  const biases = numbersOf(node, 2, context)
  const own: Node = { ...node, attrs: { epsilon: Math.fround(Number(context.attrs(node)['epsilon'])) } }
  if (scales.some((each) => each !== 1)) return scaledBehind(own, { scales, biases }, context)
  const factors = [scales, biases].map((numbers, i) => newConstant(node.inputs[i + 1] ?? `${name}_factor${i}`, 'f32', [shape[1]!], numbers))
  return loweredTo({ ...own, inputs: [x, ...factors.map((each) => each.name)] }, [
    ...factors,
    { name, type: floatResult(name, context.in('HOST')) },
  ])
}

/** Factors of all channels, at a place of the operands: ones for scales and zeros for biases that are not there. */
function numbersOf(node: Node, place: 1 | 2, context: LowerContext): Float32Array {
  const name = node.inputs[place]
  const channels = context.typeOf(layerOf(node)).shape[1]!
  if (name === undefined) return new Float32Array(channels).fill(2 - place)
  const constant = context.constantOf(name)
  if (constant !== undefined) return Float32Array.from(constant.data as Float32Array)
  throw notOnHost(node, context, `${name}, which is computed`, 'factors that the model holds as constants')
}

interface Factors {
  readonly scales: Float32Array
  readonly biases: Float32Array
}

function scaledBehind(node: Node, { scales, biases }: Factors, context: LowerContext): LoweredNode {
  const name = layerOf(node)
  const { shape } = context.typeOf(name)
  const floats = context.in(context.target.defaultFloat)
  const type = floatResult(name, floats)
  const held = (part: string, data: Float32Array) => newConstant(`${name}_${part}`, 'f32', [data.length], data)
  const plain = [held('ones', new Float32Array(scales.length).fill(1)), held('zeros', new Float32Array(scales.length))]
  const filter = newConstant(`${name}_filter`, 'bf16', [scales.length, 1, 1, 1], floatElements(scales, 'bf16', 'saturate'))
  const bias = held('bias', biases)
  const normalized = `${name}_normalized`
  const attrs = { strides: [1, 1], pads: [0, 0, 0, 0], group: scales.length, ...bf16StyleOf(floats) }
  const { nodes, values } = onPlanes(
    { name: normalized, type: { dtype: 'bf16', shape }, planes: `${name}_planes` },
    { name, type, planes: `${name}_of_planes` },
    (axes) => axes === 2,
    (from, to) => ({ op: 'Conv', inputs: [from, filter.name, bias.name], outputs: [to], attrs }),
  )
  const normalize: Node = { ...node, inputs: [node.inputs[0]!, ...plain.map((each) => each.name)], outputs: [normalized] }
  return {
    nodes: [normalize, ...nodes],
    values: [...plain, filter, bias, { name: normalized, type: { dtype: 'f32', shape } }, ...values, { name, type }],
  }
}
