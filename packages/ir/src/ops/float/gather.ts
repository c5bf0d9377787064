import { bool, defineOp, int, none, one, own, shared } from '../define.ts'
import { frontAxis, like } from '../infer.ts'

/** Picks slices of `axis` by `indices`; `keepdims` false drops the axis of a single index. @see https://onnx.ai/onnx/operators/onnx__Gather.html */
export const Gather = defineOp({
  name: 'Gather',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { axis: int(0), keepdims: bool(true) },
  infer({ x, indices }, { axis, keepdims }) {
    const at = frontAxis(axis, x.shape.length)
    const shape = [...x.shape.slice(0, at), ...(keepdims ? indices.shape : []), ...x.shape.slice(at + 1)]
    return { y: { dtype: x.dtype, shape: shape.length === 0 ? [1] : shape } }
  },
})

/** Picks one element for each element of `indices`. @see https://onnx.ai/onnx/operators/onnx__GatherElements.html */
export const GatherElements = defineOp({
  name: 'GatherElements',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { axis: int(0) },
  infer: ({ x, indices }) => ({ y: { dtype: x.dtype, shape: indices.shape } }),
})

/** Picks slices by tuples of indices along the last axis of `indices`. @see https://onnx.ai/onnx/operators/onnx__GatherND.html */
export const GatherND = defineOp({
  name: 'GatherND',
  inputs: { x: one(own()), indices: one(none()) },
  outputs: { y: shared('x') },
  attrs: { batch_dims: int(0) },
  infer({ x, indices }, { batch_dims }) {
    const tuple = indices.shape.at(-1)!
    return { y: { dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch_dims + tuple)] } }
  },
})

/** A copy of `data` with slices replaced. @see https://onnx.ai/onnx/operators/onnx__ScatterND.html */
export const ScatterND = defineOp({
  name: 'ScatterND',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: {},
  infer: ({ data }) => ({ y: like(data) }),
})

/** A copy of `data` with elements replaced. @see https://onnx.ai/onnx/operators/onnx__ScatterElements.html */
export const ScatterElements = defineOp({
  name: 'ScatterElements',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: { axis: int(0) },
  infer: ({ data }) => ({ y: like(data) }),
})
