import { defineOp, int, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

/** Codes of one scale to codes of another: `saturate(round((x - z) * m / 2^s) + zero point)`, lists for each slice of `axis`. */
export const Requantize = defineOp({
  name: 'Requantize',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { axis: int(1), ...requantization },
  infer: ({ x }) => ({ y: like(x) }),
})
