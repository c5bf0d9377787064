import { type LowerOp, layerOf } from '@q/ir'
import { depthwise } from './depthwise.ts'

/** Elements repeated: a transposed convolution with ones. */
export const lowerUpsample: LowerOp = (node, context) => {
  const { scale_h, scale_w } = context.attrs(node)
  const kernel = [Number(scale_h), Number(scale_w)] as const
  const taps = Array.from({ length: kernel[0] * kernel[1] }, () => 1)
  const weightName = `${layerOf(node)}filter`
  return depthwise(node, context, { x: node.inputs[0]!, taps, kernel, strides: kernel, pads: [0, 0, 0, 0], weightName })
}
