import { defineOp, int, ints, none, one, optional, own } from '../define.ts'
import { ConvTranspose } from '../float/conv-transpose.ts'
import { requantization } from './requantization.ts'

/** Integer transposed convolution; `w` is `[C, M / group, ...kernel]`. Places between the elements of `x` hold its zero point. */
export const QConvTranspose = defineOp({
  name: 'QConvTranspose',
  inputs: { x: one(own()), w: one(none()), b: optional(none()) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), output_padding: ints([]), group: int(1), ...requantization },
  infer: ({ x, w, b }, { strides, pads, dilations, output_padding, group }) =>
    ConvTranspose.infer({ x, w, b }, { strides, pads, dilations, output_padding, group, relu: false, reluLimit: -1 }),
})
