import { bool, defineOp, float, ints, maybe, one, own, parameter, text } from '../define.ts'
import { AveragePool } from '../float/average-pool.ts'
import { requantization } from './requantization.ts'

/**
 * Integer average pool: the rounded sum `v = half-away(f32(f32(average * kh) * kw))` of each window (the average in
 * float32, its divisor the counted places; `sumRounding` is how it is rounded), then requantization. Counted padding is the zero point.
 *
 * With `scale` the codes are rescaled as real numbers instead:
 * `saturate(half-away(max(f32(average * kh * kw) * scale + offset, zero point if relu)))`, zero points being part of `offset`.
 */
export const QAveragePool = defineOp({
  name: 'QAveragePool',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {
    kernel_shape: ints(),
    strides: ints(),
    pads: ints(),
    count_include_pad: bool(false),
    keepdims: bool(true),
    sumRounding: text(['half-away-from-zero', 'half-up'], 'half-away-from-zero'),
    ...requantization,
    scale: parameter(maybe(float())),
    offset: parameter(float(0)),
  },
  infer: ({ x }, { kernel_shape, strides, pads, count_include_pad, keepdims }) =>
    AveragePool.infer({ x }, { kernel_shape, strides, pads, count_include_pad, keepdims, relu: false, reluLimit: -1 }),
})
