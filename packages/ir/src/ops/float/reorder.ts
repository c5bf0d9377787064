import { defineOp, int, ints, one, own, shared } from '../define.ts'
import { like } from '../infer.ts'

/** Extension: splits axis 1 into `group` groups and interleaves them. */
export const ShuffleChannel = defineOp({
  name: 'ShuffleChannel',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { group: int() },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Extension: rotates each axis: the part from `offsets[i]` on comes first. */
export const SwapDimInner = defineOp({
  name: 'SwapDimInner',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { offsets: ints() },
  infer: ({ x }) => ({ y: like(x) }),
})

/** Extension: reverses `axis`. */
export const Reverse = defineOp({
  name: 'Reverse',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axis: int() },
  infer: ({ x }) => ({ y: like(x) }),
})
