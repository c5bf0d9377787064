import { defineOp, int, none, one, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Picks one element for each element of `indices`, which replaces the index along `axis`.
 *
 * - C1: `x` and `indices` have the same number of axes.
 * - C2: along all others than `axis`, `indices` is no longer than `x`.
 *
 * @see https://onnx.ai/onnx/operators/onnx__GatherElements.html
 */
export const GatherElements = defineOp({
  name: 'GatherElements',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { axis: spelled('axis', int(0)) },
  infer({ x, indices }, { axis }) {
    const along = frontAxis(axis, x.shape.length)
    must(
      x.shape.length === indices.shape.length,
      'C1: x and indices have the same number of axes',
      `${x.shape.length} and ${indices.shape.length}`,
    )
    must(
      indices.shape.every((size, i) => i === along || size <= x.shape[i]!),
      'C2: indices is no longer than x along other axes',
      `[${indices.shape.join(', ')}] and [${x.shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape: indices.shape } }
  },
})
