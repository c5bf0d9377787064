import { bool, defineOp, int, none, one, optional, own, shared } from '../define.ts'
import { must, reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Place of the largest (smallest) element along `axis`; the extension `values` is the element itself. The operand `extremes` holds these elements too, in a graph for a chip
 * whose program looks for them: it changes nothing.
 *
 * - C1: `extremes` is `x` with one element along `axis`.
 */
const arg = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()), extremes: optional(none()) },
    outputs: { indices: none(), values: shared('x') },
    attrs: { axis: spelled('axis', int(0)), keepdims: bool(true), select_last_index: bool(false) },
    infer({ x, extremes }, { axis, keepdims }) {
      const wanted = reduced(x.shape, [axis], true).join(', ')
      const found = extremes?.shape.join(', ') ?? wanted
      must(found === wanted, 'C1: extremes is x with one element along axis', `[${found}] for [${x.shape.join(', ')}]`)
      const y = { dtype: x.dtype, shape: reduced(x.shape, [axis], keepdims) }
      return { indices: y, values: y }
    },
  })

/** Place of the largest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMax.html */
export const ArgMax = arg('ArgMax')
/** Place of the smallest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMin.html */
export const ArgMin = arg('ArgMin')
