import { bool, defineOp, int, none, one, own, shared } from '../define.ts'
import { reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** Place of the largest (smallest) element along `axis`; the extension `values` is the element itself. */
const arg = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { indices: none(), values: shared('x') },
    attrs: { axis: spelled('axis', int(0)), keepdims: bool(true), select_last_index: bool(false) },
    infer({ x }, { axis, keepdims }) {
      const y = { dtype: x.dtype, shape: reduced(x.shape, [axis], keepdims) }
      return { indices: y, values: y }
    },
  })

/** Place of the largest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMax.html */
export const ArgMax = arg('ArgMax')
/** Place of the smallest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMin.html */
export const ArgMin = arg('ArgMin')
