import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, derived, int, ints, one, optional, own, weight } from '../define.ts'
import { must, slide } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Convolution over data laid out `[N, C, ...spatial]`.
 *
 * - C1: `x` has two axes more than `strides` has entries; beside two strides or more the last ones may be left out, which count as 1.
 * - C2: `x` has `group` times the channels of `w`, whose results are in equal groups.
 * - C3: one axis of the kernel and two pads for every stride; one dilation, or none at all.
 * - C4: a number of `b` for every channel of the result.
 *
 * `pads` lists every begin, then every end. An empty `dilations` means ones.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Conv.html
 */
export const Conv = defineOp({
  name: 'Conv',
  inputs: { x: one(own()), w: one(weight(0)), b: optional(derived('x', 'w')) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), group: int(1), ...fusedRelu },

  infer({ x, w, b }, { strides, pads, dilations, group }) {
    const n = strides.length
    must(
      x.shape.length === n + 2 || (x.shape.length >= 2 && x.shape.length < n + 2 && n > 1),
      'C1: x has the batch, the channels and the spatial axes',
      `${x.shape.length} axes`,
    )
    const size = strides.map((_, i) => x.shape[i + 2] ?? 1)
    const [m, perGroup, ...kernel] = w.shape
    must(x.shape[1] === perGroup! * group, 'C2: x has group times the channels of w', `${x.shape[1]} channels, w ${perGroup} x ${group}`)
    must(group > 0 && m! % group === 0, 'C2: the results are in equal groups', `${m} in ${group} groups`)
    must(
      n > 0 && kernel.length === n && pads.length === 2 * n && (dilations.length === n || dilations.length === 0),
      'C3: a kernel axis, two pads and a dilation for every stride',
      `${kernel.length}, ${pads.length} and ${dilations.length} for ${n}`,
    )
    must(b === undefined || elementCount(b.shape) === m, 'C4: b has the channels of the result', `[${b?.shape.join(', ')}] for ${m}`)
    const spatial = size.map((d, i) => slide(d, kernel[i]!, strides[i]!, pads[i]! + pads[i + n]!, dilations[i] ?? 1))
    return { y: { dtype: x.dtype, shape: [x.shape[0]!, m!, ...spatial].slice(0, x.shape.length) } }
  },
})
