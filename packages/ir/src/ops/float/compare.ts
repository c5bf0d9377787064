import { defineOp, none, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'

/** Comparisons and logic: the result is 1 where they hold and 0 elsewhere, in the element type of `a`. */
const compare = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { a: one(own()), b: one(own()) },
    outputs: { y: none() },
    attrs: {},
    infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
  })

/** `a == b` */
export const Equal = compare('Equal')
/** Extension: `a != b` */
export const NotEqual = compare('NotEqual')
/** `a > b` */
export const Greater = compare('Greater')
/** `a >= b` */
export const GreaterOrEqual = compare('GreaterOrEqual')
/** `a < b` */
export const Less = compare('Less')
/** `a <= b` */
export const LessOrEqual = compare('LessOrEqual')
/** Both not 0. */
export const And = compare('And')
/** At least one not 0. */
export const Or = compare('Or')
/** Exactly one not 0. */
export const Xor = compare('Xor')
