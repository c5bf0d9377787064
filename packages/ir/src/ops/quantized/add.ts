import { bool, defineOp, many, own } from '../define.ts'
import { broadcast, must } from '../infer.ts'
import { requantization } from './requantization.ts'

/**
 * Sum of integer tensors, each brought to the scale of the result first:
 * `t_i = round((x_i - z_i) * m_i / 2^s_i)`, `y = saturate(relu(sum t_i) + zero point)`, an entry of the lists for each operand.
 *
 * `requantizeSum` rounds once instead: `round(sum (x_i - z_i) * m_i / 2^s_0)`. Without multipliers the operands are
 * added as they are.
 *
 * - C1: there is an operand.
 */
export const QAdd = defineOp({
  name: 'QAdd',
  inputs: { xs: many(own()) },
  outputs: { y: own() },
  attrs: { ...requantization, requantizeSum: bool(false) },
  infer({ xs }) {
    must(xs.length > 0, 'C1: there is an operand', 'none')
    return { y: { dtype: xs[0]!.dtype, shape: xs.map((x) => x.shape).reduce(broadcast) } }
  },
})
