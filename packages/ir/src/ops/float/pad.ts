import { defineOp, float, ints, one, own, shared, text } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Adds a border. `pads` lists every begin, then every end, for all axes. `value` is the number that is written,
 * also into integer tensors (codes, not real numbers).
 *
 * - C1: two pads for every axis.
 * - C2: negative pads leave something of every axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Pad.html
 */
export const Pad = defineOp({
  name: 'Pad',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { pads: ints(), mode: text(['constant', 'reflect', 'edge', 'symmetric'], 'constant'), value: float(0) },
  infer({ x }, { pads }) {
    const rank = x.shape.length
    must(pads.length === 2 * rank, 'C1: two pads for every axis', `${pads.length} for ${rank} axes`)
    const shape = x.shape.map((d, i) => d + pads[i]! + pads[i + rank]!)
    must(
      shape.every((d, i) => d > 0 || d === x.shape[i]),
      'C2: negative pads leave something of every axis',
      `[${shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape } }
  },
})
