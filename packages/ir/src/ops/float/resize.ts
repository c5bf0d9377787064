import { defineOp, float, int, ints, one, own, shared, text } from '../define.ts'
import { fusedRelu } from '../relu.ts'

/**
 * Resamples the last two axes to `sizes`. `scale_h` and `scale_w` are the factors the model asked for (out / in).
 *
 * @see https://onnx.ai/onnx/operators/onnx__Resize.html
 */
export const Resize = defineOp({
  name: 'Resize',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {
    mode: text(['nearest', 'linear']),
    coordinate_transformation_mode: text(['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'], 'half_pixel'),
    scale_h: float(),
    scale_w: float(),
    sizes: ints(),
  },
  infer: ({ x }, { sizes }) => ({ y: { dtype: x.dtype, shape: [...x.shape.slice(0, -2), ...sizes] } }),
})

/** Extension: repeats every element `scale_h` times down and `scale_w` times across. */
export const Upsample = defineOp({
  name: 'Upsample',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { scale_h: int(), scale_w: int(), ...fusedRelu },
  infer: ({ x }, { scale_h, scale_w }) => ({
    y: { dtype: x.dtype, shape: [...x.shape.slice(0, -2), x.shape.at(-2)! * scale_h, x.shape.at(-1)! * scale_w] },
  }),
})
