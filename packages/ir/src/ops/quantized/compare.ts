import { defineOp, float, none, one, own, parameter, text } from '../define.ts'
import { like } from '../infer.ts'

/** Compares each code with a number; the result is 0 or 1. `reversed` comparisons have the number on the left. */
export const QCompareConstant = defineOp({
  name: 'QCompareConstant',
  inputs: { x: one(own()) },
  outputs: { y: none() },
  attrs: { constant: parameter(float()), operation: text(['Equal', 'NotEqual', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']) },
  infer: ({ x }) => ({ y: like(x) }),
})
