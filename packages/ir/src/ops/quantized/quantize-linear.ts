import { bool, defineOp, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { roundingAttr, through } from './requantization.ts'

/**
 * Float to codes of the result's type: `saturate(round(x * (1 / scale)) + zero point)`.
 *
 * The product is taken in the float type of `x`: float32 for `f32`; for `f16` and `bf16` both `1 / scale` and the
 * product are rounded to that type, for `bf16` in the style of the attribute `bf16`. NaN, also that of infinity times a factor that was rounded to 0, gives the smallest code; infinities
 * and what is too large saturate.
 */
export const QuantizeLinear = defineOp({
  name: 'QuantizeLinear',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { rounding: roundingAttr, through, hostScale: bool(false) },
  infer: ({ x }) => ({ y: like(x) }),
})
