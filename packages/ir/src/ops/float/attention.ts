import { defineOp, float, int, one, optional, own, strings, weight } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Extension: multi-head attention with its linear projections, made by back ends whose chip runs it as one step.
 *
 * `y = sum over heads of softmax((x Wq + bq)(k Wk + bk)^T * scale + mask)(v Wv + bv) Wo + bo`; `k` and `v` default to
 * `x`. `inner` are the layers that hold q, k, v, the product before and after `scale`, and the product with v, for a lowering that needs their ranges.
 *
 * - C1: `x` and `wo` have an axis.
 */
export const Attention = defineOp({
  name: 'Attention',
  inputs: {
    x: one(own()),
    k: optional(own()),
    v: optional(own()),
    wq: one(weight(1)),
    bq: optional(weight(-1)),
    wk: one(weight(1)),
    bk: optional(weight(-1)),
    wv: one(weight(1)),
    bv: optional(weight(-1)),
    wo: one(weight(1)),
    bo: optional(weight(-1)),
    mask: optional(own()),
  },
  outputs: { y: own() },
  attrs: { heads: int(), headSize: int(), scale: float(), inner: strings([]) },
  infer({ x, wo }) {
    must(x.shape.length > 0 && wo.shape.length > 0, 'C1: x and wo have an axis', `${x.shape.length} and ${wo.shape.length} axes`)
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -1), wo.shape.at(-1)!] } }
  },
})
