import { defineOp, int, many, own, shared } from '../define.ts'
import { frontAxis, must } from '../infer.ts'
import { fusedRelu } from '../relu.ts'
import { spelled } from '../spelled.ts'

/**
 * Joins tensors along `axis`.
 *
 * - C1: all operands are equal but for that axis.
 * - C2: there is an operand.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Concat.html
 */
export const Concat = defineOp({
  name: 'Concat',
  inputs: { xs: many(shared('y')) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int()), ...fusedRelu },
  infer({ xs }, { axis }) {
    must(xs.length > 0, 'C2: there is an operand', 'none')
    const first = xs[0]!
    const at = frontAxis(axis, first.shape.length)
    for (const x of xs) {
      must(
        x.shape.length === first.shape.length && x.shape.every((d, i) => i === at || d === first.shape[i]),
        'C1: all operands are equal but for the axis',
        xs.map((each) => `[${each.shape.join(', ')}]`).join(' '),
      )
    }
    const joined = xs.reduce((sum, x) => sum + x.shape[at]!, 0)
    return { y: { dtype: first.dtype, shape: first.shape.map((d, i) => (i === at ? joined : d)) } }
  },
})
