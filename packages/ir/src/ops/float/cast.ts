import { defineOp, one, own, shared, text } from '../define.ts'

/**
 * Between element types. Integers are made by `rounding`, as ONNX does it unless the node says otherwise. They are saturated where the result is typed `to`,
 * NaN giving the smallest; where it is typed otherwise (in a float graph it stays float32 numbers), what 8 or 16 bits do not hold wraps, as ONNX Runtime does it. 16-bit floats are rounded to nearest, ties to even.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Cast.html
 */
export const Cast = defineOp({
  name: 'Cast',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: {
    to: text(['f32', 'f16', 'bf16', 'i32', 'i16', 'u16', 'i8', 'u8']),
    rounding: text(['half-away-from-zero', 'half-to-even', 'toward-zero', 'half-up', 'half-down', 'down', 'up'], 'toward-zero'),
  },
  infer: ({ x }, { to }) => ({ y: { dtype: to, shape: x.shape } }),
})
