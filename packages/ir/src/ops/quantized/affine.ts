import { defineOp, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

/**
 * `saturate(relu((x * scale + bias) >> s) + zero point)`, int8 scale, int16 bias and int8 `shift` = minus s for each slice
 * of axis 1.
 */
export const QAffine = defineOp({
  name: 'QAffine',
  inputs: { x: one(own()), scale: one(own()), bias: one(own()), shift: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ x }) => ({ y: like(x) }),
})
