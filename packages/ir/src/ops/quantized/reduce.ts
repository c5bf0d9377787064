import { bool, defineOp, ints, one, own, text } from '../define.ts'
import { reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'
import { requantization } from './requantization.ts'

/**
 * Reduces integer tensors over `axes`: the sum, the largest or the smallest of the codes without their zero point, requantized. The mean is the sum with a
 * factor that divides by the count. `keepdims` leaves 1 in the places of the axes.
 */
export const QReduce = defineOp({
  name: 'QReduce',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { axes: spelled('axis', ints()), keepdims: bool(true), mode: text(['sum', 'mean', 'max', 'min']), ...requantization },
  infer: ({ x }, { axes, keepdims }) => ({ y: { dtype: x.dtype, shape: reduced(x.shape, axes, keepdims) } }),
})
