import { defineOp, int, none, one, own } from '../define.ts'
import { frontAxis, like } from '../infer.ts'
import { spelled } from '../spelled.ts'
import { scatterReduction } from './scatter-reduction.ts'

/** A copy of `data` with single elements along `axis` replaced, or joined with the update (`reduction`). @see https://onnx.ai/onnx/operators/onnx__ScatterElements.html */
export const ScatterElements = defineOp({
  name: 'ScatterElements',
  inputs: { data: one(own()), indices: one(none()), updates: one(own()) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int(0)), ...scatterReduction },
  infer({ data }, { axis }) {
    frontAxis(axis, data.shape.length)
    return { y: like(data) }
  },
})
