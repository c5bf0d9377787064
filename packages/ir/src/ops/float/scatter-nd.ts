import { defineOp, none, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { scatterReduction } from './scatter-reduction.ts'

/** A copy of `data` with the slices that tuples of `indices` name replaced, or joined with the update (`reduction`). @see https://onnx.ai/onnx/operators/onnx__ScatterND.html */
export const ScatterND = defineOp({
  name: 'ScatterND',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: { ...scatterReduction },
  infer: ({ data }) => ({ y: like(data) }),
})
