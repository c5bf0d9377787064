import { bool, defineOp, ints, one, own } from '../define.ts'
import { reduced } from '../infer.ts'

/** Reductions over `axes`. */
const reduction = <const Name extends string>(name: Name) =>
  defineOp({
    name,
    inputs: { x: one(own()) },
    outputs: { y: own() },
    attrs: { axes: ints(), keepdims: bool(true) },
    infer: ({ x }, { axes, keepdims }) => ({ y: { dtype: x.dtype, shape: reduced(x.shape, axes, keepdims) } }),
  })

export const ReduceMax = reduction('ReduceMax')
export const ReduceMin = reduction('ReduceMin')
export const ReduceMean = reduction('ReduceMean')
export const ReduceSum = reduction('ReduceSum')
export const ReduceProd = reduction('ReduceProd')
/** Sum of absolute values. */
export const ReduceL1 = reduction('ReduceL1')
/** Root of the sum of squares. */
export const ReduceL2 = reduction('ReduceL2')
