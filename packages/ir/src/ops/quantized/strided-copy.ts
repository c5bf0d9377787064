import { elementCount } from '../../tensor/tensor.ts'
import { defineOp, ints, one, own, shared } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Elements of a tensor that is walked as one row: the neighbour along each axis of the result lies `inputStrides[axis]` elements further. A chip takes the padding off rows and planes so.
 *
 * - C1: one stride for every axis of the result, none negative.
 * - C2: what is taken lies inside of x.
 */
export const StridedCopy = defineOp({
  name: 'StridedCopy',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { shape: ints(), inputStrides: ints() },
  infer({ x }, { shape, inputStrides }) {
    const found = `[${shape.join(', ')}] by [${inputStrides.join(', ')}]`
    must(
      shape.length === inputStrides.length && [...shape, ...inputStrides].every((each) => Number.isInteger(each) && each >= 0),
      'C1: one stride for every axis of the result, none negative',
      found,
    )
    const last = shape.reduce((at, size, axis) => at + (size - 1) * inputStrides[axis]!, 0)
    must(
      elementCount(shape) === 0 || last < elementCount(x.shape),
      'C2: what is taken lies inside of x',
      `${found} of [${x.shape.join(', ')}]`,
    )
    return { y: { dtype: x.dtype, shape } }
  },
})
