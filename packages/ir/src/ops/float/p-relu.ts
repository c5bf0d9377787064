import { defineOp, one, own, weight } from '../define.ts'
import { like } from '../infer.ts'

/** `x < 0 ? slope * x : x`, with one slope for each slice of axis 1. @see https://onnx.ai/onnx/operators/onnx__PRelu.html */
export const PRelu = defineOp({
  name: 'PRelu',
  inputs: { x: one(own()), slope: one(weight(0)) },
  outputs: { y: own() },
  attrs: {},
  infer: ({ x }) => ({ y: like(x) }),
})
