import { defineOp, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

/** `x < 0 ? round(x * slope / 2^s) : x`, an int8 slope for each slice of axis 1, on codes of zero point 0. */
export const QPRelu = defineOp({
  name: 'QPRelu',
  inputs: { x: one(own()), slope: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ x }) => ({ y: like(x) }),
})
