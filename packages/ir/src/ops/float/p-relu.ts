import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, one, own, weight } from '../define.ts'
import { like, must } from '../infer.ts'

/**
 * `x < 0 ? slope * x : x`, with one slope for each slice of axis 1.
 *
 * - C1: there is a slope.
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
    return { y: like(x) }
  },
})
