import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * A regular part of a tensor. `starts`, `ends` and `steps` have one entry for every axis (ONNX's operands, resolved:
 * starts inside the axis, ends clamped; a negative step walks down and may end at -1).
 *
 * - C1: one start, end and step for every axis; no step is 0.
 * - C2: what is taken lies inside of the axis.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Slice.html
 */
export const Slice = defineOp({
  name: 'Slice',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { starts: ints(), ends: ints(), steps: ints() },
  infer({ x }, { starts, ends, steps }) {
    const rank = x.shape.length
    must(
      starts.length === rank && ends.length === rank && steps.length === rank && !steps.includes(0),
      'C1: one start, end and step for every axis; no step is 0',
      `${starts.length}, ${ends.length}, ${steps.length} for ${rank} axes`,
    )
    const shape = starts.map((start, i) => Math.max(0, Math.ceil((ends[i]! - start) / steps[i]!)))
    const isInside = (at: number, axis: number): boolean => at >= 0 && at < x.shape[axis]!
    must(
      shape.every((count, i) => count === 0 || (isInside(starts[i]!, i) && isInside(starts[i]! + (count - 1) * steps[i]!, i))),
      'C2: what is taken lies inside of the axis',
      `[${starts.join(', ')}] to [${ends.join(', ')}] of [${x.shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape } }
  },
})
