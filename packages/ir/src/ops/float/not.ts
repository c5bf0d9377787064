import { defineOp, none, one, own } from '../define.ts'
import { like } from '../infer.ts'

/** 1 where `x` is 0, else 0. @see https://onnx.ai/onnx/operators/onnx__Not.html */
export const Not = defineOp({
  name: 'Not',
  inputs: { x: one(own()) },
  outputs: { y: none() },
  attrs: {},
  infer: ({ x }) => ({ y: like(x) }),
  scalar: () => (x) => (x === 0 ? 1 : 0),
})
