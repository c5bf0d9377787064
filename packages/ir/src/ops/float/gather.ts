import { bool, defineOp, int, none, one, own, shared } from '../define.ts'
import { frontAxis } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Picks slices of `axis` by `indices`; the axes of `indices` stand in its place.
 *
 * With the extension `keepdims` false the axis is dropped (a single index).
 *
 * @see https://onnx.ai/onnx/operators/onnx__Gather.html
 */
export const Gather = defineOp({
  name: 'Gather',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { axis: spelled('axis', int(0)), keepdims: bool(true) },
  infer({ x, indices }, { axis, keepdims }) {
    const at = frontAxis(axis, x.shape.length)
    const shape = [...x.shape.slice(0, at), ...(keepdims ? indices.shape : []), ...x.shape.slice(at + 1)]
    return { y: { dtype: x.dtype, shape: shape.length === 0 ? [1] : shape } }
  },
})
