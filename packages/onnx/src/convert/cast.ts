import { isFloat } from '../fold/literal.ts'
import { bypass } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * Casts: between floats, and from and to truth values nothing happens, as logic takes everything but 0 for true; to integers
 * the fraction is cut; integers become floats by name only.
 */
export const cast: Rule = (net, node) => {
  const from = net.value(node.inputs[0]!).type.dtype
  const to = node.attrs['to'] as string
  const x = node.inputs[0]!
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
