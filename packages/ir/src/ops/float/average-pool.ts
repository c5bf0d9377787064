import { bool, defineOp, one, own } from '../define.ts'
import { pooled, poolWindow } from './pool-window.ts'

/**
 * The mean of the elements under a window; padding counts when `count_include_pad` is true. A global pool has the
 * kernel of the whole plane. The extension `keepdims` false drops the pooled axes.
 *
 * - C1: one stride and two pads for every axis of the kernel.
 * - C2: `x` has the batch, the channels and the spatial axes.
 *
 * @see https://onnx.ai/onnx/operators/onnx__AveragePool.html
 */
export const AveragePool = defineOp({
  name: 'AveragePool',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { ...poolWindow, count_include_pad: bool(false), keepdims: bool(true) },
  infer({ x }, attrs) {
    const y = pooled(x, attrs)
    return { y: attrs.keepdims ? y : { dtype: y.dtype, shape: y.shape.slice(0, 2) } }
  },
})
