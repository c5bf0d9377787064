import { keepsShape, numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy } from '../patterns/match.ts'

/** `x * sigmoid(x)` is a SiLU under the name of the product. */
export const silu: Rule = (net, node) => {
  for (const side of [0, 1] as const) {
    const gate = madeBy(net, node.inputs[side], 'Sigmoid')
    if (gate === undefined || gate.inputs[0] !== node.inputs[1 - side] || onlyUser(net, gate) !== node) continue
    net.change(node, { op: 'Silu', inputs: [node.inputs[1 - side]], attrs: {} })
    return true
  }
  return false
}

/** `x / (1 + |x|)` is a Softsign under the name of the quotient. */
export const softsign: Rule = (net, node) => {
  const sum = madeBy(net, node.inputs[1], 'Add')
  const [x] = node.inputs as [string]
  if (
    sum === undefined ||
    numberOf(net, sum.inputs[1]) !== 1 ||
    madeBy(net, sum.inputs[0], 'Abs')?.inputs[0] !== x ||
    onlyUser(net, sum) !== node ||
    !keepsShape(net, node, x)
  )
    return false
  net.change(node, { op: 'Softsign', inputs: [x], attrs: {} })
  return true
}
