import { numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** The contrary of "equal to this number", where nothing else asks, is one comparison; other contraries stay on their own, as in TPU-MLIR 1.30.2. */
export const notEqual: Rule = (net, node) => {
  const equal = net.producer(node.inputs[0]!)
  if (equal?.op !== 'Equal' || onlyUser(net, equal) !== node || !equal.inputs.some((name) => numberOf(net, name) !== undefined))
    return false
  const { inputs, attrs } = equal
  net.remove(equal)
  net.change(node, { op: 'NotEqual', inputs, attrs })
  return true
}
