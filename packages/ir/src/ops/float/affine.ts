import { defineOp, derived, one, own, weight } from '../define.ts'
import { like, mustBePerChannel } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Extension: `y = x * scale + bias`, one scale and bias for each slice of axis 1 (a folded batch normalization).
 *
 * - C1: there is a scale and a bias for each slice.
 */
export const Affine = defineOp({
  name: 'Affine',
  inputs: { x: one(own()), scale: one(weight(1)), bias: one(derived('x', 'scale')) },
  outputs: { y: own() },
  attrs: { ...fusedRelu },
  infer({ x, scale, bias }) {
    mustBePerChannel('scales', scale, x)
    mustBePerChannel('biases', bias, x)
    return { y: like(x) }
  },
})
