import { defineOp, int, one, own, parameter, text } from '../define.ts'
import { like } from '../infer.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * Integer tensor and a number: `add` is `x * m + K`, `subtract` is `x * m - K`, `subtract-from` is `K - x * m`; then
 * the shift, ReLU, zero point and saturation. `constant` is K, already shifted left by the shift.
 *
 * With another way than `multiplier-shift` and `shift`, `x` is requantized first, and `constant` is K in the scale of the result.
 */
export const QAddConstant = defineOp({
  name: 'QAddConstant',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {
    constant: parameter(int()),
    operation: text(['add', 'subtract', 'subtract-from'], 'add'),
    zeroPointInSum,
    ...requantization,
  },
  infer: ({ x }) => ({ y: like(x) }),
})
