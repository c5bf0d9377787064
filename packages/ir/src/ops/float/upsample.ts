import { defineOp, int, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Extension: repeats every element `scale_h` times down and `scale_w` times across.
 *
 * - C1: `x` has two axes or more, and both scales are 1 or more.
 */
export const Upsample = defineOp({
  name: 'Upsample',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { scale_h: int(), scale_w: int(), ...fusedRelu },
  infer({ x }, { scale_h, scale_w }) {
    must(
      x.shape.length >= 2 && scale_h >= 1 && scale_w >= 1,
      'C1: x has two axes or more and the scales are 1 or more',
      `[${x.shape.join(', ')}] by ${scale_h} and ${scale_w}`,
    )
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -2), x.shape.at(-2)! * scale_h, x.shape.at(-1)! * scale_w] } }
  },
})
