import { defineOp, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/** Element-wise operators of two operands that broadcast; a constant operand may stand on either side. */
const binary = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { a: one(own()), b: one(own()) },
    outputs: { y: own() },
    attrs: { ...fusedRelu },
    infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
  })

/** `a + b` */
export const Add = binary('Add')
/** `a - b` */
export const Sub = binary('Sub')
/** `a * b` */
export const Mul = binary('Mul')
/** `a / b` */
export const Div = binary('Div')
/** The larger of `a` and `b`. */
export const Max = binary('Max')
/** The smaller of `a` and `b`. */
export const Min = binary('Min')
/** `a` to the power `b`. */
export const Pow = binary('Pow')
/** Remainder of `a / b` with the sign of `b`. */
export const Mod = binary('Mod')
