import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, one, own, weight } from '../define.ts'
import { isAlongChannels, like, must } from '../infer.ts'

/**
 * `x < 0 ? slope * x : x`, with one slope for each slice of axis 1, or one for all. ONNX broadcasts slopes of any shape, which is not written here.
 *
 * - C1: there is a slope.
 * - C2: it is one for all, or a list of one for each slice of axis 1, in the place of that axis where the slopes have several.
 *
 * @see https://onnx.ai/onnx/operators/onnx__PRelu.html
 */
export const PRelu = defineOp({
  name: 'PRelu',
  inputs: { x: one(own()), slope: one(weight(0)) },
  outputs: { y: own() },
  attrs: {},
  infer({ x, slope }) {
    must(elementCount(slope.shape) > 0 || elementCount(x.shape) === 0, 'C1: there is a slope', 'none')
    must(
      isAlongChannels(slope.shape, x.shape),
      'C2: one slope, or one for each slice of axis 1',
      `[${slope.shape.join(', ')}] for [${x.shape.join(', ')}]`,
    )
    return { y: like(x) }
  },
})
