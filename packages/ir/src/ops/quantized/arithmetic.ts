import { bool, defineOp, int, ints, many, one, own, text } from '../define.ts'
import { broadcast, like } from '../infer.ts'
import { requantization, requantizeAttr, roundingAttr } from './requantization.ts'

/**
 * Sum of integer tensors, each brought to the scale of the result first:
 * `t_i = round((x_i - z_i) * m_i / 2^s_i)`, `y = saturate(relu(sum t_i) + zero point)`.
 *
 * `requantizeSum` rounds once instead: `round(sum (x_i - z_i) * m_i / 2^s_0)`. Without multipliers the operands are
 * added as they are.
 */
export const QAdd = defineOp({
  name: 'QAdd',
  inputs: { xs: many(own()) },
  outputs: { y: own() },
  attrs: { multipliers: ints([]), shifts: ints([]), rounding: roundingAttr, requantizeSum: bool(false), relu: bool(false) },
  infer: ({ xs }) => ({ y: { dtype: xs[0]!.dtype, shape: xs.map((x) => x.shape).reduce(broadcast) } }),
})

/** Difference of two integer tensors, each brought to the scale of the result first, as in `QAdd`. */
export const QSub = defineOp({
  name: 'QSub',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: { multipliers: ints([]), shifts: ints([]), rounding: roundingAttr, relu: bool(false) },
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})

/** Product of two integer tensors (zero points taken off), requantized. */
export const QMul = defineOp({
  name: 'QMul',
  inputs: { a: one(own()), b: one(own()) },
  outputs: { y: own() },
  attrs: requantization,
  infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
})

/**
 * Integer tensor and a number: `add` is `x * m + K`, `subtract` is `x * m - K`, `subtract-from` is `K - x * m`; then
 * the shift, ReLU, zero point and saturation. `constant` is K, already shifted left by `shift`.
 */
export const QAddConstant = defineOp({
  name: 'QAddConstant',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: {
    constant: int(),
    operation: text(['add', 'subtract', 'subtract-from'], 'add'),
    multiplier: int(1),
    shift: int(0),
    rounding: roundingAttr,
    relu: bool(false),
  },
  infer: ({ x }) => ({ y: like(x) }),
})

/** The larger (`max`) or smaller (`min`) of each code and a number: `saturate(op(round((x - z) * m / 2^s), constant) + zero point)`. */
export const QLimitConstant = defineOp({
  name: 'QLimitConstant',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { constant: int(), operation: text(['max', 'min']), multiplier: int(1), shift: int(0), rounding: roundingAttr },
  infer: ({ x }) => ({ y: like(x) }),
})

/** `x < 0 ? round(x * m / 2^s) : x` on codes of zero point 0. */
export const QLeakyRelu = defineOp({
  name: 'QLeakyRelu',
  inputs: { x: one(own()) },
  outputs: { y: own() },
  attrs: { multiplier: int(), shift: int(), rounding: roundingAttr },
  infer: ({ x }) => ({ y: like(x) }),
})

/** `x < 0 ? round(x * slope / 2^s) : x`, an int8 slope for each slice of axis 1, on codes of zero point 0. */
export const QPRelu = defineOp({
  name: 'QPRelu',
  inputs: { x: one(own()), slope: one(own()) },
  outputs: { y: own() },
  attrs: { shift: int(), rounding: roundingAttr },
  infer: ({ x }) => ({ y: like(x) }),
})

/**
 * `saturate(relu((x * scale + bias) >> s) + zero point)`, int8 scale, int16 bias and int8 `shift` = minus s for each slice
 * of axis 1.
 */
export const QAffine = defineOp({
  name: 'QAffine',
  inputs: { x: one(own()), scale: one(own()), bias: one(own()), shift: one(own()) },
  outputs: { y: own() },
  attrs: { rounding: roundingAttr, requantize: requantizeAttr, relu: bool(false) },
  infer: ({ x }) => ({ y: like(x) }),
})
