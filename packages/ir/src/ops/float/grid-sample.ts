import { bool, defineOp, none, one, own, text } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Elements of `x` at the places of `grid`, whose last axis is a place: from -1 to 1 along each spatial axis, the last axis of `x` first. With
 * `align_corners` -1 and 1 are the middles of the outermost elements, else their outer edges. Places outside are 0, the nearest element, or mirrored.
 *
 * - C1: `x` is a batch of channels with spatial axes, and `grid` the batch, as many axes, and a place for each.
 *
 * @see https://onnx.ai/onnx/operators/onnx__GridSample.html
 */
export const GridSample = defineOp({
  name: 'GridSample',
  inputs: { x: one(own()), grid: one(none()) },
  outputs: { y: own() },
  attrs: {
    mode: text(['linear', 'nearest', 'cubic'], 'linear'),
    padding_mode: text(['zeros', 'border', 'reflection'], 'zeros'),
    align_corners: bool(false),
  },
  infer({ x, grid }) {
    must(
      x.shape.length >= 3 &&
        grid.shape.length === x.shape.length &&
        grid.shape[0] === x.shape[0] &&
        grid.shape.at(-1) === x.shape.length - 2,
      'C1: grid has a place for each spatial axis of x',
      `[${grid.shape.join(', ')}] for [${x.shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)] } }
  },
})
