import { defineOp, none, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'

/** `x` where `condition` is not 0, `y` elsewhere. @see https://onnx.ai/onnx/operators/onnx__Where.html */
export const Where = defineOp({
  name: 'Where',
  inputs: { condition: one(none()), x: one(own()), y: one(own()) },
  outputs: { z: own() },
  attrs: {},
  infer: ({ condition, x, y }) => ({ z: { dtype: x.dtype, shape: broadcast(broadcast(condition.shape, x.shape), y.shape) } }),
})
