import { defineOp, one, own, shared, text } from '../define.ts'

/**
 * Between element types. In a float graph `to` `i32` rounds toward zero and the numbers stay float32; in a quantized
 * graph float types are rounded to nearest, ties to even, and integers by `rounding`.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Cast.html
 */
export const Cast = defineOp({
  name: 'Cast',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: {
    to: text(['f32', 'f16', 'bf16', 'i32', 'i16', 'i8', 'u8']),
    rounding: text(['half-away-from-zero', 'half-to-even', 'toward-zero', 'half-up', 'half-down', 'down', 'up'], 'half-away-from-zero'),
  },
  infer: ({ x }, { to }) => ({ y: { dtype: to, shape: x.shape } }),
})
