import { bool, defineOp, int, one, own, shared, text } from '../define.ts'
import { must } from '../infer.ts'

/**
 * Moves channels into blocks of `block_h` by `block_w` places, or back when `inverse` is true (ONNX's SpaceToDepth).
 * `mode` says whether the block index is the slower (`DCR`) or the faster (`CRD`) part of the channel index. With
 * `channelsLast`, both tensors are `[N, H, W, C]`.
 *
 * - C1: `x` has four axes that the block divides.
 *
 * @see https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
 */
export const DepthToSpace = defineOp({
  name: 'DepthToSpace',
  inputs: { x: one(own()) },
  outputs: { y: shared('x') },
  attrs: {
    block_h: int(),
    block_w: int(),
    mode: text(['DCR', 'CRD'], 'DCR'),
    inverse: bool(false),
    swapColumnRow: bool(false),
    channelsLast: bool(false),
  },
  infer({ x }, { block_h, block_w, inverse, channelsLast }) {
    const [n, a, b, d] = x.shape as [number, number, number, number]
    const [c, h, w] = channelsLast ? [d, a, b] : [a, b, d]
    must(
      x.shape.length === 4 &&
        block_h > 0 &&
        block_w > 0 &&
        (inverse ? h % block_h === 0 && w % block_w === 0 : c % (block_h * block_w) === 0),
      'C1: x has four axes that the block divides',
      `[${x.shape.join(', ')}] by ${block_h} x ${block_w}`,
    )
    const block = block_h * block_w
    const [channels, ...plane] = inverse ? [c * block, h / block_h, w / block_w] : [c / block, h * block_h, w * block_w]
    return { y: { dtype: x.dtype, shape: channelsLast ? [n, ...plane, channels!] : [n, channels!, ...plane] } }
  },
})
