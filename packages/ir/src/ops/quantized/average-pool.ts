import { bool, defineOp, float, ints, maybe, one, own, parameter, text } from '../define.ts'
import { AveragePool } from '../float/average-pool.ts'
import { requantization } from './requantization.ts'

/**
 * Integer average pool: the rounded sum `v = half-away(f32(f32(average * kh) * kw))` of each window (the average in
 * float32, its divisor the counted places; `sumRounding` is how it is rounded), then requantization. Counted padding is the zero point.
 *
 * With `border` `behind` the sum of a window is that of its counted elements, and it is the requantized number `v` that is made up for those that are
 * missing: along each axis where some are, the first one first, `v = half-away(v * side * m / 2^k)`, `m / 2^k` being the largest 8-bit `m` next to
 * 1 over the places that count there.
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
    border: text(['in-sum', 'behind'], 'in-sum'),
    sumRounding: text(['half-away-from-zero', 'half-up'], 'half-away-from-zero'),
    ...requantization,
    scale: parameter(maybe(float())),
    offset: parameter(float(0)),
  },
  infer: ({ x }, { kernel_shape, strides, pads, count_include_pad, keepdims }) =>
    AveragePool.infer({ x }, { kernel_shape, strides, pads, count_include_pad, keepdims, relu: false, reluLimit: -1 }),
})
