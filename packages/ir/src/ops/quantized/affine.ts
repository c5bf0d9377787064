import { defineOp, one, optional, own } from '../define.ts'
import { like, mustBePerChannel } from '../infer.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * `saturate(relu(requantized(x * (scale - its zero point) + bias)) + zero point)` for each slice of axis 1, with an entry of the
 * requantization's lists for each slice. Scales of 8 or 16 bits, biases of up to 64.
 *
 * - C1: there is a scale and a bias for each slice.
 *
 * `shift`, where it is given, holds minus the right shift of each slice, and the sums are shifted by it alone.
 */
export const QAffine = defineOp({
  name: 'QAffine',
  inputs: { x: one(own()), scale: one(own()), bias: one(own()), shift: optional(own()) },
  outputs: { y: own() },
  attrs: { zeroPointInSum, ...requantization },
  infer({ x, scale, bias }) {
    mustBePerChannel('scales', scale, x)
    mustBePerChannel('biases', bias, x)
    return { y: like(x) }
  },
})
