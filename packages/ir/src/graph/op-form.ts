import type { OpName } from '../ops/op-set.ts'
import { elementCount } from '../tensor/tensor.ts'
import type { Node, Value } from './types.ts'

/**
 * An operator as rules see it: its name, or `<name>#constant` when one of its two operands is a constant of one
 * element. Many rules treat "plus a number" unlike "plus a tensor".
 */
export type OpForm = OpName | `${OpName}#constant`

/** Operators that have a `#constant` form. */
const binaryOps = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Pow',
  'Mod',
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
  'Xor',
])

/** Which operand (0 or 1) of a binary operator is a constant of one element; `undefined` when none is. */
export function numberOperand(node: Node, value: (name: string) => Value): 0 | 1 | undefined {
  if (!binaryOps.has(node.op) || node.inputs.length !== 2) return undefined
  const isNumber = (name: string | undefined): boolean => {
    if (name === undefined) return false
    const { constant, type } = value(name)
    return constant !== undefined && elementCount(type.shape) === 1
  }
  if (isNumber(node.inputs[1])) return 1
  return isNumber(node.inputs[0]) ? 0 : undefined
}

/** The form of a node. */
export function formOf(node: Node, value: (name: string) => Value): OpForm {
  return (numberOperand(node, value) === undefined ? node.op : `${node.op}#constant`) as OpForm
}
