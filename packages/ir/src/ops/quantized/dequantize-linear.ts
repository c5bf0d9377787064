import { defineOp, one, own } from '../define.ts'

/**
 * Codes to float: `scale * (x - zero point)` in the float type of the result (for `f16` and `bf16` the scale, the
 * difference and the product are rounded to that type).
 */
export const DequantizeLinear = defineOp({
  name: 'DequantizeLinear',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {},
  infer: ({ x }) => ({ y: { dtype: 'f32', shape: x.shape } }),
})
