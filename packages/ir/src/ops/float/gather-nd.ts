import { defineOp, int, none, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Picks slices by tuples of indices along the last axis of `indices`; the first `batch_dims` axes run along.
 *
 * - C1: a tuple has at least one index and at most one for each axis of `x` that is no batch axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__GatherND.html
 */
export const GatherND = defineOp({
  name: 'GatherND',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { batch_dims: int(0) },
  infer({ x, indices }, { batch_dims }) {
    const tuple = indices.shape.at(-1) ?? 0
    must(
      tuple > 0 && batch_dims >= 0 && batch_dims + tuple <= x.shape.length,
      'C1: a tuple has an index for each picked axis of x',
      `tuples of ${tuple} behind ${batch_dims} batch axes of ${x.shape.length}`,
    )
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(batch_dims + tuple)]
    return { y: { dtype: x.dtype, shape: shape.length === 0 ? [1] : shape } }
  },
})
