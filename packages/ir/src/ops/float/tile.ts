import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Repeats a tensor `repeats[i]` times along axis `i`.
 *
 * - C1: one count, 0 or more, for every axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Tile.html
 */
export const Tile = defineOp({
  name: 'Tile',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { repeats: ints() },
  infer({ x }, { repeats }) {
    must(
      repeats.length === x.shape.length && repeats.every((count) => count >= 0),
      'C1: one count, 0 or more, for every axis',
      `[${repeats.join(', ')}] for ${x.shape.length} axes`,
    )
    return { y: { dtype: x.dtype, shape: x.shape.map((d, i) => d * repeats[i]!) } }
  },
})
