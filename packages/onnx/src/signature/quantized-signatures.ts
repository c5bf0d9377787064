import { harmless, int, ints, only, type Signature, signature, since, word } from './signature.ts'

const convolution = { auto_pad: word('NOTSET'), kernel_shape: ints(), pads: ints(), strides: ints(), dilations: ints(), group: int(1) }

/** Operators on integers: networks are written with them; those that give codes or numbers by a scale are read as what they compute. */
export const quantizedSignatures: readonly Signature[] = [
  signature('ConvInteger', 'x:int w:int x_zero_point:int? w_zero_point:int?', { since: 10, attrs: convolution }),
  signature('MatMulInteger', 'A:int B:int a_zero_point:int? b_zero_point:int?', { since: 10 }),
  signature(
    'QLinearConv',
    'x:int x_scale:float x_zero_point:int w:int w_scale:float w_zero_point:int y_scale:float y_zero_point:int B:int?',
    { since: 10, attrs: convolution },
  ),
  signature('QLinearMatMul', 'a:int a_scale:float a_zero_point:int b:int b_scale:float b_zero_point:int y_scale:float y_zero_point:int', {
    since: 10,
  }),
  signature('QuantizeLinear', 'x:number y_scale:number y_zero_point:int?', {
    since: 10,
    attrs: {
      axis: since(13, int(1)),
      saturate: harmless(since(19, int(1))),
      block_size: only([0], since(21, int(0))),
      output_dtype: only([0], since(21, int(0))),
      precision: harmless(since(23, int(0))),
    },
  }),
  signature('DequantizeLinear', 'x:int x_scale:float x_zero_point:int?', {
    since: 10,
    attrs: { axis: since(13, int(1)), block_size: only([0], since(21, int(0))), output_dtype: only([0], since(23, int(0))) },
  }),
  signature('DynamicQuantizeLinear', 'x:float', { since: 11 }),
  signature('QLinearAdd', 'A A_scale A_zero_point B B_scale B_zero_point C_scale C_zero_point', { domain: 'com.microsoft' }),
]
