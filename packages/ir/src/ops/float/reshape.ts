import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * The same elements under another shape, given in full (ONNX's second operand, resolved).
 *
 * - C1: the number of elements stays.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Reshape.html
 */
export const Reshape = defineOp({
  name: 'Reshape',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { shape: ints() },
  infer({ x }, { shape }) {
    must(
      shape.every((d) => d >= 0) && elementCount(shape) === elementCount(x.shape),
      'C1: the number of elements stays',
      `[${x.shape.join(', ')}] to [${shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape } }
  },
})
