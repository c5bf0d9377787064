import { oneNumber } from '../convert/arithmetic.ts'
import type { Rule } from '../net/rules.ts'

/** A constant operand whose elements are all equal is a number. */
export const numberRight: Rule = (net, node) => oneNumber(net, node, 1)
