import { type LowerOp, layerOf } from '@q/ir'
import { floatResult, lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { factorsOf } from './conv.ts'
import { inBf16 } from './in-bf16.ts'
import { onPlanes } from './on-planes.ts'
import { thresholdOf } from './threshold.ts'
import { sliceCodes } from './weights.ts'

/** A convolution of one tap. */
const tap = { strides: [1, 1], pads: [0, 0, 0, 0] }

/** Two axes are a plane of one element, as TPU-MLIR writes them; three and four are convolutions before they are lowered. */
const hasPlane = (axes: number): boolean => axes === 0

/** In floats: the chip's compiler has no scale of bfloat16 numbers. */
const inFloats: LowerOp = (node, context) => {
  const made = lowerFloat(node, context, { keep: [2] })
  const { inputs, attrs } = made.nodes[0]!
  const [x, s, b] = inputs as [string, string, string]
  const scale = made.values.find((value) => value.name === s)
  if (scale?.constant === undefined || context.constantOf(b) === undefined) return made
  const name = layerOf(node)
  const { data } = scale.constant
  const shape = [data.length, 1, 1, 1]
  const { nodes, values } = onPlanes(
    { name: x, type: floatResult(x, context), planes: `${name}_planes` },
    { name, type: floatResult(name, context), planes: `${name}_of_planes` },
    hasPlane,
    (from, to) => ({ op: 'Conv', inputs: [from, s, b], outputs: [to], attrs: { ...tap, ...attrs, group: data.length } }),
  )
  const filter = { ...scale, type: { ...scale.type, shape }, constant: { ...scale.constant, shape } }
  return { ...made, nodes, values: [...made.values.map((value) => (value === scale ? filter : value)), ...values] }
}

/** A scale and bias for each channel of what a convolution has no plane of, as one of one tap computes it. */
export const lowerAffine: LowerOp = onCodes((node, context) => {
  const [x, s, b] = node.inputs as [string, string, string]
  const scale = context.constantOf(s)
  const bias = context.constantOf(b)
  if (scale === undefined || bias === undefined) return inBf16(node, context, 'its factors are computed')
  const name = layerOf(node)
  const thresholds = { operand: thresholdOf(x, context), result: thresholdOf(name, context), limited: true }
  const slices = Array.from(scale.data as Float32Array, (weight, c) =>
    sliceCodes({ weights: [weight], biases: [Number(bias.data[c])] }, thresholds),
  )
  const channels = slices.length
  const filter = newConstant(`${name}_filter_i8`, 'i8', [channels, 1, 1, 1], Int8Array.from(slices.flatMap((each) => each.weights)))
  const addend = newConstant(`${name}_bias_int32`, 'i32', [channels], Int32Array.from(slices.flatMap((each) => each.biases)))
  const [given, made] = [context.quantizedType(x), context.quantizedType(name)]
  const { nodes, values } = onPlanes(
    { name: x, type: given, planes: `${name}_planes` },
    { name, type: made, planes: `${name}_of_planes` },
    hasPlane,
    (from, to) => ({
      op: 'QConv',
      inputs: [from, filter.name, addend.name],
      outputs: [to],
      attrs: { ...tap, group: channels, ...factorsOf(slices, context), relu: context.attrs(node)['relu']! },
    }),
  )
  return { nodes, values: [filter, addend, ...values, { name, type: made }] }
}, inFloats)
