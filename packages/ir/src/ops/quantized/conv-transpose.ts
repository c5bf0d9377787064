import { defineOp, int, ints, none, one, optional, own } from '../define.ts'
import { ConvTranspose } from '../float/conv-transpose.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * Integer transposed convolution; `w` is `[C, M / group, ...kernel]`. Places between the elements of `x` hold its zero point;
 * zero points, codes and bias are as in `QConv`.
 */
export const QConvTranspose = defineOp({
  name: 'QConvTranspose',
  inputs: { x: one(own()), w: one(none()), b: optional(none()) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), output_padding: ints([]), group: int(1), zeroPointInSum, ...requantization },
  infer: ({ x, w, b }, { strides, pads, dilations, output_padding, group }) =>
    ConvTranspose.infer({ x, w, b }, { strides, pads, dilations, output_padding, group, relu: false, reluLimit: -1 }),
})
