import { harmless, int, ints, only, type Signature, signature, since, word } from './signature.ts'

const convolution = { auto_pad: word('NOTSET'), kernel_shape: ints(), pads: ints(), strides: ints(), dilations: ints(), group: int(1) }

/** Operators on integers: networks are written with them; those that give codes or numbers by a scale are read as what they compute. */
export const quantizedSignatures: readonly Signature[] = [
  signature('ConvInteger', 'x w x_zero_point? w_zero_point?', { since: 10, attrs: convolution }),
  signature('MatMulInteger', 'A B a_zero_point? b_zero_point?', { since: 10 }),
  signature('QLinearConv', 'x x_scale x_zero_point w w_scale w_zero_point y_scale y_zero_point B?', { since: 10, attrs: convolution }),
  signature('QLinearMatMul', 'a a_scale a_zero_point b b_scale b_zero_point y_scale y_zero_point', { since: 10 }),
  signature('QuantizeLinear', 'x y_scale y_zero_point?', {
    since: 10,
    attrs: {
      axis: since(13, int(1)),
      saturate: harmless(since(19, int(1))),
      block_size: only([0], since(21, int(0))),
      output_dtype: only([0], since(21, int(0))),
      precision: harmless(since(23, int(0))),
    },
  }),
  signature('DequantizeLinear', 'x x_scale x_zero_point?', {
    since: 10,
    attrs: { axis: since(13, int(1)), block_size: only([0], since(21, int(0))), output_dtype: only([0], since(23, int(0))) },
  }),
  signature('DynamicQuantizeLinear', 'x', { since: 11 }),
  signature('QLinearAdd', 'A A_scale A_zero_point B B_scale B_zero_point C_scale C_zero_point', { domain: 'com.microsoft' }),
]
