import { defineOp, fixed, int, none, one, own } from '../define.ts'
import { frontAxis, like } from '../infer.ts'

/**
 * Softmax over codes: `e[max - x]` from a float32 table of 256 entries, their float32 sum in axis order,
 * `p = e / f32(sum * f32(scale))`, then `saturate(trunc(p + 0.5) + zero point)` for unsigned and
 * `saturate(half-away(p) + zero point)` for signed results.
 */
export const QSoftmax = defineOp({
  name: 'QSoftmax',
  inputs: { x: one(own()), table: one(none()) },
  outputs: { y: fixed(0, 1) },
  attrs: { axis: int() },
  infer({ x }, { axis }) {
    frontAxis(axis, x.shape.length)
    return { y: like(x) }
  },
})
