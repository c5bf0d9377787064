import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, none, one, own } from '../define.ts'
import { like, must } from '../infer.ts'
import { scatterReduction } from './scatter-reduction.ts'

/**
 * A copy of `data` with the slices that tuples of `indices` name replaced, or joined with the update (`reduction`).
 *
 * - C1: there is an update for each slice.
 *
 * @see https://onnx.ai/onnx/operators/onnx__ScatterND.html
 */
export const ScatterND = defineOp({
  name: 'ScatterND',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: { ...scatterReduction },
  infer({ data, indices, updates }) {
    const wanted = [...indices.shape.slice(0, -1), ...data.shape.slice(indices.shape.at(-1) ?? 0)]
    must(
      elementCount(updates.shape) === elementCount(wanted),
      'C1: there is an update for each slice',
      `[${updates.shape.join(', ')}] for [${wanted.join(', ')}]`,
    )
    return { y: like(data) }
  },
})
