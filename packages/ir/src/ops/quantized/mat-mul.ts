import { bool, defineOp, none, one, optional, own } from '../define.ts'
import { MatMul } from '../float/mat-mul.ts'
import { requantization } from './requantization.ts'

/**
 * Integer matrix product: `acc = sum a * (b - zero point of b) + bias` exactly in int32, then requantization per column.
 * As in `QConv`, the zero point of `a` is not taken off: the bias makes up for it.
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
    keepdims: bool(true),
    ...requantization,
  },
  infer: ({ a, b, bias }, { transA, transB, transY, headsAsBatch, keepdims }) =>
    MatMul.infer({ a, b, bias }, { transA, transB, transY, headsAsBatch, keepdims, relu: false, reluLimit: -1 }),
})
