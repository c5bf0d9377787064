import { defineOp, int, ints, none, one, optional, own } from '../define.ts'
import { Conv } from '../float/conv.ts'
import { requantization } from './requantization.ts'

/**
 * Integer convolution: `acc = sum x * w + b` exactly in int32, places outside `x` hold its zero point, then
 * requantization per output channel. `w` holds signed or unsigned codes with zero point 0; `b` is int32.
 */
export const QConv = defineOp({
  name: 'QConv',
  inputs: { x: one(own()), w: one(none()), b: optional(none()) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), group: int(1), ...requantization },
  infer: ({ x, w, b }, { strides, pads, dilations, group }) =>
    Conv.infer({ x, w, b }, { strides, pads, dilations, group, relu: false, reluLimit: -1 }),
})
