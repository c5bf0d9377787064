import { defineOp, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { requantization } from './requantization.ts'

/** The larger of two integer tensors, element by element, each brought to the scale of the result first, as in `QAdd`. */
export const QMax = defineOp({
  name: 'QMax',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})
