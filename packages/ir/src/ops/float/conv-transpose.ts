import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, derived, int, ints, one, optional, own, weight } from '../define.ts'
import { must } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Transposed convolution over data laid out `[N, C, ...spatial]`; `w` is `[C, M / group, ...kernel]`.
 *
 * - C1: `x` has the axes of `w`, or one less (a spatial axis of 1 left out).
 * - C2: `x` has the channels of `w`, in `group` equal parts.
 * - C3: a stride and two pads for every spatial axis; dilations and output padding for each, or none at all.
 * - C4: the pads leave something of the result.
 * - C5: a number of `b` for every channel of the result.
 *
 * @see https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 */
export const ConvTranspose = defineOp({
  name: 'ConvTranspose',
  inputs: { x: one(own()), w: one(weight(1)), b: optional(derived('x', 'w')) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), output_padding: ints([]), group: int(1), ...fusedRelu },

  infer({ x, w, b }, { strides, pads, dilations, output_padding, group }) {
    const leftOut = w.shape.length > 3 ? w.shape.length - x.shape.length : 0
    must(
      x.shape.length + leftOut === w.shape.length && (leftOut === 0 || leftOut === 1),
      'C1: x has the axes of w, or one less',
      `${x.shape.length} and ${w.shape.length}`,
    )
    must(x.shape[1] === w.shape[0], 'C2: x has the channels of w', `${x.shape[1]} and ${w.shape[0]}`)
    must(group > 0 && w.shape[0]! % group === 0, 'C2: the channels of w are in equal groups', `${w.shape[0]} in ${group} groups`)
    const channels = w.shape[1]! * group
    must(
      b === undefined || elementCount(b.shape) === channels,
      'C5: b has the channels of the result',
      `[${b?.shape.join(', ')}] for ${channels}`,
    )
    const n = strides.length
    must(
      n > 0 &&
        w.shape.length === n + 2 &&
        pads.length === 2 * n &&
        [dilations, output_padding].every((each) => each.length === n || each.length === 0),
      'C3: a stride, two pads, a dilation and an output padding for every spatial axis',
      `${n}, ${pads.length}, ${dilations.length} and ${output_padding.length} for ${w.shape.length - 2}`,
    )
    const spatial = [...x.shape.slice(2), 1]
      .slice(0, n)
      .map(
        (d, i) =>
          (d - 1) * strides[i]! + (dilations[i] ?? 1) * (w.shape[i + 2]! - 1) + 1 + (output_padding[i] ?? 0) - pads[i]! - pads[i + n]!,
      )
    must(
      spatial.every((d) => d > 0),
      'C4: the pads leave something of the result',
      `[${spatial.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape: [x.shape[0]!, channels, ...spatial].slice(0, x.shape.length) } }
  },
})
