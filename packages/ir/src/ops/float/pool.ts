import { bool, defineOp, ints, one, own, shared } from '../define.ts'
import type { TensorType } from '../../graph/types.ts'
import { slide } from '../infer.ts'
import type { InferredType } from '../define.ts'
import { fusedRelu } from '../relu.ts'

/** Window attributes of a pool. `pads` lists every begin, then every end (rounding up is expressed in the end pads). */
const window = { kernel_shape: ints(), strides: ints(), pads: ints(), ...fusedRelu } as const

function pooled(x: TensorType, a: { readonly kernel_shape: readonly number[]; readonly strides: readonly number[]; readonly pads: readonly number[] }): InferredType {
  const n = a.kernel_shape.length
  const size = [...x.shape.slice(2), 1].slice(0, n)
  const spatial = size.map((d, i) => slide(d, a.kernel_shape[i]!, a.strides[i]!, a.pads[i]! + a.pads[i + n]!))
  return { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...spatial].slice(0, x.shape.length) }
}

/** The largest element under a window. @see https://onnx.ai/onnx/operators/onnx__MaxPool.html */
export const MaxPool = defineOp({
  name: 'MaxPool',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: window,
  infer: ({ x }, attrs) => ({ y: pooled(x, attrs) }),
})

/**
 * The mean of the elements under a window; padding counts when `count_include_pad` is true. A global pool has the
 * kernel of the whole plane. The extension `keepdims` false drops the pooled axes.
 *
 * @see https://onnx.ai/onnx/operators/onnx__AveragePool.html
 */
export const AveragePool = defineOp({
  name: 'AveragePool',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { ...window, count_include_pad: bool(false), keepdims: bool(true) },
  infer({ x }, attrs) {
    const y = pooled(x, attrs)
    return { y: attrs.keepdims ? y : { dtype: y.dtype, shape: y.shape.slice(0, 2) } }
  },
})
