import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/** Repeats a tensor `repeats[i]` times along axis `i`. @see https://onnx.ai/onnx/operators/onnx__Tile.html */
export const Tile = defineOp({
  name: 'Tile',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { repeats: ints() },
  infer({ x }, { repeats }) {
    must(repeats.length === x.shape.length, 'C1: one count for every axis', `${repeats.length} for ${x.shape.length} axes`)
    return { y: { dtype: x.dtype, shape: x.shape.map((d, i) => d * repeats[i]!) } }
  },
})
