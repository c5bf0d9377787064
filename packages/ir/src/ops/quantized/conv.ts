import { defineOp, int, ints, none, one, optional, own } from '../define.ts'
import { Conv } from '../float/conv.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * Integer convolution: `acc = sum x * (w - zero point of w) + b`, exact whatever its size; places outside `x` hold its zero point,
 * then requantization per output channel.
 *
 * Codes of `x` and `w` have 8 or 16 bits. The zero point of `w` (one, or one for each slice of an axis) stands in its
 * type and is always taken off, that of `x` only with `zeroPointInSum` false. `b` has 32 or 64 bits. A chip keeps the codes of `w` in
 * `weightBits`, which changes no result.
 */
export const QConv = defineOp({
  name: 'QConv',
  inputs: { x: one(own()), w: one(none()), b: optional(none()) },
  outputs: { y: own() },
  attrs: { strides: ints(), pads: ints(), dilations: ints([]), group: int(1), zeroPointInSum, weightBits: int(8), ...requantization },
  infer: ({ x, w, b }, { strides, pads, dilations, group }) =>
    Conv.infer({ x, w, b }, { strides, pads, dilations, group, relu: false, reluLimit: -1 }),
})
