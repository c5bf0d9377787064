import { defineOp, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * `d < 0 ? round(d * m / 2^s) : d`, where `d` is the code as it is; with `zeroPointInSum` false `d = x - zero point of x`, and the
 * zero point of the result is added. A fused ReLU ends where these numbers are 0.
 *
 * The first entry of the lists is for numbers below zero. A second one, where it is there, scales the others.
 */
export const QLeakyRelu = defineOp({
  name: 'QLeakyRelu',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { zeroPointInSum, ...requantization },
  infer: ({ x }) => ({ y: like(x) }),
})
