import { defineOp, int, one, own } from '../define.ts'
import { like } from '../infer.ts'

/** Running sum along `axis`. @see https://onnx.ai/onnx/operators/onnx__CumSum.html */
export const CumSum = defineOp({
  name: 'CumSum',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { axis: int() },
  infer: ({ x }) => ({ y: like(x) }),
})
