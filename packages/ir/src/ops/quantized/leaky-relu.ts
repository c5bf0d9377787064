import { defineOp, int, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { roundingAttr } from './requantization.ts'

/** `x < 0 ? round(x * m / 2^s) : x` on codes of zero point 0. */
export const QLeakyRelu = defineOp({
  name: 'QLeakyRelu',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { multiplier: int(), shift: int(), rounding: roundingAttr },
  infer: ({ x }) => ({ y: like(x) }),
})
