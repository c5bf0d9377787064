import { defineOp, int, none, one, own } from '../define.ts'
import { like } from '../infer.ts'
import { requantization } from './requantization.ts'

const { requantize, rounding, relu } = requantization

/**
 * Codes of one scale to codes of another, `saturate(round((x - z) * m / 2^s) + zero point)`, with parameters for each
 * slice of `axis`: `parameters` is int32 `[1, C, 1, 3]`, rows of multiplier, minus the shift, and zero point; or `[1, C, 1, 2]`, where the last two share a number, see
 * `packRequantization`.
 */
export const RequantizeAxis = defineOp({
  name: 'RequantizeAxis',
  inputs: { x: one(own()), parameters: one(none()) },
  outputs: { y: own() },
  attrs: { axis: int(1), requantize, rounding, relu },
  infer: ({ x }) => ({ y: like(x) }),
})
