import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Permutes the axes: axis `i` of the result is axis `perm[i]` of `x`.
 *
 * - C1: `perm` names every axis once.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Transpose.html
 */
export const Transpose = defineOp({
  name: 'Transpose',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { perm: ints() },
  infer({ x }, { perm }) {
    must(
      perm.length === x.shape.length && x.shape.every((_, axis) => perm.includes(axis)),
      'C1: perm names every axis once',
      `[${perm.join(', ')}] of ${x.shape.length} axes`,
    )
    return { y: { dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) } }
  },
})
