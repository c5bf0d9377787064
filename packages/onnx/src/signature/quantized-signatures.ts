import { int, ints, type Signature, signature, since, word } from './signature.ts'

const convolution = { auto_pad: word('NOTSET'), kernel_shape: ints(), pads: ints(), strides: ints(), dilations: ints(), group: int(1) }

/** Operators on integers; networks are written with them, not read. */
export const quantizedSignatures: readonly Signature[] = [
  signature('ConvInteger', 'x w x_zero_point? w_zero_point?', { since: 10, attrs: convolution }),
  signature('MatMulInteger', 'A B a_zero_point? b_zero_point?', { since: 10 }),
  signature('QLinearConv', 'x x_scale x_zero_point w w_scale w_zero_point y_scale y_zero_point B?', { since: 10, attrs: convolution }),
  signature('QuantizeLinear', 'x y_scale y_zero_point?', { since: 10, attrs: { axis: since(13, int(1)) } }),
  signature('DequantizeLinear', 'x x_scale x_zero_point?', { since: 10, attrs: { axis: since(13, int(1)) } }),
  signature('QLinearAdd', 'A A_scale A_zero_point B B_scale B_zero_point C_scale C_zero_point', { domain: 'com.microsoft' }),
]
