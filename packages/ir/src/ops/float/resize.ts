import { defineOp, float, ints, one, own, text } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Resamples the last two axes to `sizes`. `scale_h` and `scale_w` are the factors the model asked for (out / in).
 *
 * - C1: `x` has the axes that `sizes` names, and none of them becomes empty.
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
  infer({ x }, { sizes }) {
    must(
      sizes.length === 2 && x.shape.length >= 2 && sizes.every((size) => size > 0),
      'C1: sizes are those of the last two axes',
      `[${sizes.join(', ')}] for [${x.shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, -2), ...sizes] } }
  },
})
