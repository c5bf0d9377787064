import { isFloat } from '../fold/literal.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy } from './match.ts'

/** A number made a truth value and a number again says whether it is not 0. */
export const truthCast: Rule = (net, node) => {
  const first = madeBy(net, node.inputs[0], 'Cast')
  if (first?.attrs['to'] !== 'bool' || !isFloat(node.attrs['to'] as 'f32')) return false
  net.change(node, { op: 'TruthCast', inputs: [first.inputs[0]], attrs: {} })
  return true
}
