import { bool, defineOp, ints, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { roundingAttr } from './requantization.ts'

/** Difference of two integer tensors, each brought to the scale of the result first, as in `QAdd`. */
export const QSub = defineOp({
  name: 'QSub',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: { multipliers: ints([]), shifts: ints([]), rounding: roundingAttr, relu: bool(false) },
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})
