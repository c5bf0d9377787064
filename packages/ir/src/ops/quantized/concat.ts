import { defineOp, int, many, own } from '../define.ts'
import { Concat } from '../float/concat.ts'
import { spelled } from '../spelled.ts'
import { requantization } from './requantization.ts'

/**
 * Joins integer tensors along `axis`, each brought to the scale of the result on the way:
 * `saturate(relu(round((x_i - z_i) * m_i / 2^s_i)) + zero point)`, an entry of the lists for each operand.
 *
 * - C1: all operands are equal but for that axis.
 * - C2: there is an operand.
 */
export const QConcat = defineOp({
  name: 'QConcat',
  inputs: { xs: many(own()) },
  outputs: { y: own() },
  attrs: { axis: spelled('axis', int()), ...requantization },
  infer: ({ xs }, { axis }) => Concat.infer({ xs }, { axis, relu: false, reluLimit: -1 }),
})
