import { type LowerOp, layerOf } from '@q/ir'
import { loweredTo, lowerFloat, newConstant, onCodes } from '@q/ir/lowering'
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
    const filter = newConstant(`${name}_filter_i8`, 'i8', [channels], Int8Array.from(slices.flatMap((each) => each.weights)))
    const addend = newConstant(`${name}_bias_int32`, 'i32', [channels], Int32Array.from(slices.flatMap((each) => each.biases)))
    return loweredTo(
      {
        op: 'QAffine',
        inputs: [x, filter.name, addend.name],
        outputs: [name],
        attrs: { ...factorsOf(slices, context), relu: context.attrs(node)['relu']! },
      },
      [filter, addend, { name, type: context.quantizedType(name) }],
    )
  },
  (node, context) => lowerFloat(node, context, { keep: [2] }),
)
