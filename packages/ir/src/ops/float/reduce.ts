import { bool, defineOp, ints, one, own } from '../define.ts'
import { reduced } from '../infer.ts'
import { spelled } from '../spelled.ts'

/** Reductions over `axes`; `keepdims` leaves 1 in their places, otherwise they are dropped (the last axis of all stays as 1). */
const reduction = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axes: spelled('axis', ints()), keepdims: bool(true) },
    infer: ({ x }, { axes, keepdims }) => ({ y: { dtype: x.dtype, shape: reduced(x.shape, axes, keepdims) } }),
  })

/** The largest element over `axes`. */
export const ReduceMax = reduction('ReduceMax')
/** The smallest element over `axes`. */
export const ReduceMin = reduction('ReduceMin')
/** The mean over `axes`. */
export const ReduceMean = reduction('ReduceMean')
/** The sum over `axes`. */
export const ReduceSum = reduction('ReduceSum')
/** The product over `axes`. */
export const ReduceProd = reduction('ReduceProd')
/** The sum of absolute values over `axes`. */
export const ReduceL1 = reduction('ReduceL1')
/** The root of the sum of squares over `axes`. */
export const ReduceL2 = reduction('ReduceL2')
