import { elementCount, type LowerOp, layerOf } from '@q/ir'
import { lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
import { factorsOf } from './conv.ts'
import { inBf16 } from './in-bf16.ts'
import { thresholdOf } from './threshold.ts'
import { sliceCodes } from './weights.ts'

/** A scale and bias for each channel of what has no plane, as a convolution of one tap computes it. */
export const lowerAffine: LowerOp = onCodes(
  (node, context) => {
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
    // A plane of all that lies behind the channels: the text has no such convolution of fewer axes.
    const { shape } = context.typeOf(x)
    const plane = [shape[0]!, channels, elementCount(shape.slice(2)), 1]
    const [given, made] = [context.quantizedType(x), context.quantizedType(name)]
    return {
      nodes: [
        { op: 'Reshape', inputs: [x], outputs: [`${name}_plane`], attrs: { shape: plane } },
        {
          op: 'QConv',
          inputs: [`${name}_plane`, filter.name, addend.name],
          outputs: [`${name}_conv`],
          attrs: {
            strides: [1, 1],
            pads: [0, 0, 0, 0],
            group: channels,
            ...factorsOf(slices, context),
            relu: context.attrs(node)['relu']!,
          },
        },
        { op: 'Reshape', inputs: [`${name}_conv`], outputs: [name], attrs: { shape } },
      ],
      values: [
        filter,
        addend,
        { name: `${name}_plane`, type: { ...given, shape: plane } },
        { name: `${name}_conv`, type: { ...made, shape: plane } },
        { name, type: made },
      ],
    }
  },
  (node, context) => lowerFloat(node, context, { keep: [2] }),
)
