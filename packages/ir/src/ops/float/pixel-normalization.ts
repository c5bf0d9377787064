import { defineOp, float, one, optional, own, weight } from '../define.ts'
import { like } from '../infer.ts'

/** Extension: normalizes over axis 1 at every place, then scales and shifts each channel. */
export const PixelNormalization = defineOp({
  name: 'PixelNormalization',
  inputs: { x: one(own()), scale: optional(weight(1)), bias: optional(weight(1)) },
  outputs: { y: own() },
  attrs: { epsilon: float(1e-5) },
  infer: ({ x }) => ({ y: like(x) }),
})
