import { defineOp, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { requantization } from './requantization.ts'

/** Product of two integer tensors (zero points taken off), requantized. */
export const QMul = defineOp({
  name: 'QMul',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})
