import { bool, defineOp, one, own, shared } from '../define.ts'
import { pooled, poolWindow } from './pool-window.ts'

/**
 * The largest element under a window. The extension `keepdims` false drops the pooled axes.
 *
 * - C1: one stride and two pads for every axis of the kernel.
 * - C2: `x` has the batch, the channels and the spatial axes.
 *
 * @see https://onnx.ai/onnx/operators/onnx__MaxPool.html
 */
export const MaxPool = defineOp({
  name: 'MaxPool',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: { ...poolWindow, keepdims: bool(true) },
  infer({ x }, attrs) {
    const y = pooled(x, attrs)
    return { y: attrs.keepdims ? y : { dtype: y.dtype, shape: y.shape.slice(0, 2) } }
  },
})
