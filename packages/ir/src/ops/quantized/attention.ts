import { defineOp, float, int, ints, none, one, optional, own, parameter } from '../define.ts'
import { must } from '../infer.ts'

/**
 * One head of attention on 8-bit codes. `parameters` are multiplier, shift, zero point of q, k, v, q k^T and p v, and the
 * zero point of the result; where `mask` (one number, one a key, or one a pair of query and key) is not 0, q k^T has the code -128; `table` holds the 256 exponentials of the softmax. The result is the int32 sum of the
 * output projection.
 *
 * - C1: `x` and `wo` have an axis.
 * - C2: projections have `heads * headSize` columns.
 */
export const QAttention = defineOp({
  name: 'QAttention',
  inputs: {
    x: one(own()),
    k: optional(own()),
    v: optional(own()),
    wq: one(none()),
    bq: optional(none()),
    wk: one(none()),
    bk: optional(none()),
    wv: one(none()),
    bv: optional(none()),
    wo: one(none()),
    bo: optional(none()),
    mask: optional(own()),
    table: one(none()),
  },
  outputs: { y: none() },
  attrs: { parameters: parameter(ints()), scale: parameter(float()), heads: int(1), headSize: int() },
  infer({ x, wq, wk, wv, wo }, { heads, headSize }) {
    must(x.shape.length > 0 && wo.shape.length > 0, 'C1: x and wo have an axis', `${x.shape.length} and ${wo.shape.length} axes`)
    const columns = [wq, wk, wv].map(({ shape }) => shape.at(-1) ?? 1)
    must(
      columns.every((count) => count === heads * headSize),
      'C2: projections have the columns of all heads',
      `${columns.join(', ')} for ${heads} heads of ${headSize}`,
    )
    return { y: { dtype: 'i32', shape: [...x.shape.slice(0, -1), wo.shape.at(-1)!] } }
  },
})
