import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, one, own } from '../define.ts'
import { isAlongChannels, like, must } from '../infer.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * `QLeakyRelu` with a slope for each slice of axis 1 (or one for all): `d < 0 ? round(d * slope * m / 2^s) : d`. The zero point of the
 * slopes stands in their type.
 *
 * - C1: there is a slope.
 * - C2: it is one for all, or a list of one for each slice of axis 1, in the place of that axis where the slopes have several.
 */
export const QPRelu = defineOp({
  name: 'QPRelu',
  inputs: { x: one(own()), slope: one(own()) },
  outputs: { y: own() },
  attrs: { zeroPointInSum, ...requantization },
  infer({ x, slope }) {
    must(elementCount(slope.shape) > 0 || elementCount(x.shape) === 0, 'C1: there is a slope', 'none')
    must(
      isAlongChannels(slope.shape, x.shape),
      'C2: one slope, or one for each slice of axis 1',
      `[${slope.shape.join(', ')}] for [${x.shape.join(', ')}]`,
    )
    return { y: like(x) }
  },
})
