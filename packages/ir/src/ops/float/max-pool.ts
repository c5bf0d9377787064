import { defineOp, one, own, shared } from '../define.ts'
import { pooled, poolWindow } from './pool-window.ts'

/**
 * The largest element under a window.
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
  attrs: poolWindow,
  infer: ({ x }, attrs) => ({ y: pooled(x, attrs) }),
})
