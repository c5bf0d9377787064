import { defineOp, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

/** `x < 0 ? round(x * m / 2^s) : x` on codes of zero point 0. */
export const QLeakyRelu = defineOp({
  name: 'QLeakyRelu',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ x }) => ({ y: like(x) }),
})
