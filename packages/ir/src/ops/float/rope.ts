import { defineOp, one, own } from '../define.ts'
import { broadcast, like, must } from '../infer.ts'

/**
 * Extension: turns pairs of neighbours along the last axis, `(a, b)` to `(a * cos - b * sin, b * cos + a * sin)`, each with the sines and cosines of its own place
 * (rotary position embedding): products and their sum in float32.
 *
 * - C1: the last axis of `x` has pairs, and `sin` and `cos` broadcast to `x`.
 *
 * @see https://arxiv.org/abs/2104.09864
 */
export const Rope = defineOp({
  name: 'Rope',
  inputs: { x: one(own()), sin: one(own()), cos: one(own()) },
  outputs: { y: own() },
  attrs: {},
  infer({ x, sin, cos }) {
    const isWhole = [sin, cos].every(({ shape }) => broadcast(x.shape, shape).join() === x.shape.join())
    must(
      x.shape.length > 0 && x.shape.at(-1)! % 2 === 0 && isWhole,
      'C1: the last axis has pairs, and sin and cos broadcast to x',
      `[${x.shape.join(', ')}] with [${sin.shape.join(', ')}] and [${cos.shape.join(', ')}]`,
    )
    return { y: like(x) }
  },
})
