import { defineOp, ints, one, own, shared } from '../define.ts'
import { like, must } from '../infer.ts'

/**
 * Extension: rotates each axis: the part from `offsets[i]` on comes first.
 *
 * - C1: one offset for every axis.
 */
export const SwapDimInner = defineOp({
  name: 'SwapDimInner',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { offsets: ints() },
  infer({ x }, { offsets }) {
    must(offsets.length === x.shape.length, 'C1: one offset for every axis', `${offsets.length} for ${x.shape.length} axes`)
    return { y: like(x) }
  },
})
