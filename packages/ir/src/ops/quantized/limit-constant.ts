import { defineOp, int, one, own, parameter, text } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

/** The larger (`max`) or smaller (`min`) of each code and a number: `saturate(op(round((x - z) * m / 2^s), constant) + zero point)`. */
export const QLimitConstant = defineOp({
  name: 'QLimitConstant',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { constant: parameter(int()), operation: text(['max', 'min']), ...requantization },
  infer: ({ x }) => ({ y: like(x) }),
})
