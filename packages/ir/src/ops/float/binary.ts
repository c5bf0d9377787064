import { power, remainder } from '../../number/power.ts'
import { type BinaryFunction, defineOp, one, own } from '../define.ts'
import { broadcast } from '../infer.ts'
import { fusedRelu } from '../relu.ts'

/** Element-wise operators of two operands that broadcast, a name and a function; a constant operand may stand on either side. */
const binary = <const Name extends string>(name: Name, f: BinaryFunction) =>
  defineOp({
    name,
    inputs: { a: one(own()), b: one(own()) },
    outputs: { y: own() },
    attrs: { ...fusedRelu },
    infer: ({ a, b }) => ({ y: { dtype: a.dtype, shape: broadcast(a.shape, b.shape) } }),
    binary: () => f,
  })

/** `a + b` */
export const Add = binary('Add', (a, b) => a + b)
/** `a - b` */
export const Sub = binary('Sub', (a, b) => a - b)
/** `a * b` */
export const Mul = binary('Mul', (a, b) => a * b)
/** `a / b` */
export const Div = binary('Div', (a, b) => a / b)
/** The larger of `a` and `b`; NaN where `a` is, `b` where that is. */
export const Max = binary('Max', (a, b) => (a > b || a !== a ? a : b))
/** The smaller of `a` and `b`; NaN where `a` is, `b` where that is. */
export const Min = binary('Min', (a, b) => (a < b || a !== a ? a : b))
/** `a` to the power `b`. */
export const Pow = binary('Pow', power)
/** Remainder of `a / b` with the sign of `b`. */
export const Mod = binary('Mod', remainder)
