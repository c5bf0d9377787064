import { defineOp, int, one, own, shared } from '../define.ts'
import { frontAxis, like } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** Extension: the elements along `axis` in reverse order. */
export const Reverse = defineOp({
  name: 'Reverse',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { axis: spelled('axis', int()) },
  infer({ x }, { axis }) {
    frontAxis(axis, x.shape.length)
    return { y: like(x) }
  },
})
