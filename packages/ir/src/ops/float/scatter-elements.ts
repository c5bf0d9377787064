import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, int, none, one, own } from '../define.ts'
import { frontAxis, like, must } from '../infer.ts'
import { spelled } from '../spelled.ts'
import { scatterReduction } from './scatter-reduction.ts'

/**
 * A copy of `data` with single elements along `axis` replaced, or joined with the update (`reduction`).
 *
 * - C1: there is an update for each place.
 *
 * @see https://onnx.ai/onnx/operators/onnx__ScatterElements.html
 */
export const ScatterElements = defineOp({
  name: 'ScatterElements',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int(0)), ...scatterReduction },
  infer({ data, indices, updates }, { axis }) {
    frontAxis(axis, data.shape.length)
    must(
      elementCount(updates.shape) === elementCount(indices.shape),
      'C1: there is an update for each place',
      `[${updates.shape.join(', ')}] for [${indices.shape.join(', ')}]`,
    )
    return { y: like(data) }
  },
})
