import { elementCount } from '../../tensor/tensor.ts'
import { bool, defineOp, int, ints, none, one, optional, own, shared } from '../define.ts'
import { must, reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'

/**
 * Place of the largest (smallest) element along `axis`; the extension `values` is the element itself. The operand `extremes` holds these elements too, in a graph for a chip
 * whose program looks for them: it changes nothing. Such a program lays its places out as `shape`,
 * where there is one.
 *
 * - C1: `extremes` is `x` with one element along `axis`.
 * - C2: `shape` has as many elements as the results.
 */
const arg = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()), extremes: optional(none()) },
    outputs: { indices: none(), values: shared('x') },
    attrs: { axis: spelled('axis', int(0)), keepdims: bool(true), select_last_index: bool(false), shape: ints([]) },
    infer({ x, extremes }, { axis, keepdims, shape }) {
      const wanted = reduced(x.shape, [axis], true).join(', ')
      const found = extremes?.shape.join(', ') ?? wanted
      must(found === wanted, 'C1: extremes is x with one element along axis', `[${found}] for [${x.shape.join(', ')}]`)
      const own = reduced(x.shape, [axis], keepdims)
      must(
        shape.length === 0 || elementCount(shape) === elementCount(own),
        'C2: shape has as many elements as the results',
        `[${shape.join(', ')}] for [${own.join(', ')}]`,
      )
      const y = { dtype: x.dtype, shape: shape.length === 0 ? own : shape }
      return { indices: y, values: y }
    },
  })

/** Place of the largest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMax.html */
export const ArgMax = arg('ArgMax')
/** Place of the smallest element along `axis`. @see https://onnx.ai/onnx/operators/onnx__ArgMin.html */
export const ArgMin = arg('ArgMin')
