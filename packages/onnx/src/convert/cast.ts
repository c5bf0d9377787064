import { isFloat } from '../fold/literal.ts'
import { addNumber, bypass } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'

/**
 * Casts: between floats and from truth values nothing happens; to integers the fraction is cut; integers become floats by
 * name only. To a truth value nothing happens either, as logic takes everything but 0 for true; only where the truth value
 * becomes a number again it is computed, in two steps: equal to 0, then not.
 */
export const cast: Rule = (net, node) => {
  const from = net.value(node.inputs[0]!).type.dtype
  const to = node.attrs['to'] as string
  const x = node.inputs[0]!
  if (to === 'bool' && net.users(node.outputs[0]!).some((user) => user.op === 'Cast' && isFloat(user.attrs['to'] as 'f32'))) {
    const zero = addNumber(net, `${node.outputs[0]}_const`, 0)
    const equal = before(net, node, `${node.outputs[0]}_compare`, 'Equal', [x, zero], node.outputs[0]!)
    net.change(node, { op: 'Not', inputs: [equal], attrs: {} })
    return true
  }
  if (to === 'bool') {
    bypass(net, node, x)
    return true
  }
  if (isFloat(to as 'f32') ? isFloat(from) || from === 'bool' : !isFloat(from)) {
    bypass(net, node, x)
    return true
  }
  net.change(node, { attrs: isFloat(to as 'f32') ? { to: 'f32' } : { to: 'i32', rounding: 'toward-zero' } })
  return true
}
