import { bool, defineOp, int, none, one, optional, own, strings } from '../define.ts'
import { MatMul } from '../float/mat-mul.ts'
import { requantization, zeroPointInSum } from './requantization.ts'

/**
 * Integer matrix product: `acc = sum a * (b - zero point of b) + bias`, exact whatever its size, then requantization per column.
 * As in `QConv`, the zero point of `a` is taken off with `zeroPointInSum` false only; zero points of `b` may differ by slice,
 * and `weightBits` changes no result.
 */
export const QMatMul = defineOp({
  name: 'QMatMul',
  inputs: { a: one(own()), b: one(own()), bias: optional(none()) },
  outputs: { y: own() },
  attrs: {
    transA: bool(false),
    transB: bool(false),
    transY: bool(false),
    headsAsBatch: bool(false),
    heads: strings([]),
    keepdims: bool(true),
    zeroPointInSum,
    weightBits: int(8),
    ...requantization,
  },
  infer: ({ a, b, bias }, { transA, transB, transY, headsAsBatch, heads, keepdims }) =>
    MatMul.infer({ a, b, bias }, { transA, transB, transY, headsAsBatch, heads, keepdims, relu: false, reluLimit: -1 }),
})
