import { defineOp, one, own } from '../define.ts'
import { through } from './requantization.ts'

/**
 * Codes to float: `scale * (x - zero point)` in the float type of the result (for `f16` and `bf16` the scale, the
 * difference and the product are rounded to that type). `through` names a narrower float type in which that is done instead.
 */
export const DequantizeLinear = defineOp({
  name: 'DequantizeLinear',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { through },
  infer: ({ x }) => ({ y: { dtype: 'f32', shape: x.shape } }),
})
