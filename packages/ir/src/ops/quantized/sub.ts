import { defineOp, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { requantization } from './requantization.ts'

/** Difference of two integer tensors, each brought to the scale of the result first, as in `QAdd`. */
export const QSub = defineOp({
  name: 'QSub',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})
