import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { isFloat } from '../fold/literal.ts'
import { addNumber, bypass } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * Casts: between floats, and from truth values nothing happens, nor to truth values that logic alone uses, as it takes everything but 0 for true; to integers
 * the fraction is cut; integers become floats by name only.
 */
export const cast: Rule = (net, node) => {
  const from = net.value(node.inputs[0]!).type.dtype
  const to = node.attrs['to'] as string
  const x = node.inputs[0]!
  if (to === 'bool' && from !== 'bool' && !isOnlyTested(net, node)) {
    net.change(node, { op: 'NotEqual', inputs: [x, addNumber(net, `${node.outputs[0]}_const`, 0)], attrs: {} })
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

const logic = new Set(['And', 'Or', 'Xor', 'Not'])
const moves = new Set(
  'Concat Expand Flatten Gather GatherElements GatherND Reshape Slice Split Squeeze Tile Transpose Unsqueeze'.split(' '),
)

/** Whether a truth value, wherever it is moved, is asked for nothing but whether it is 0. */
function isOnlyTested(net: GraphDraft, node: Node): boolean {
  const waiting = [...node.outputs]
  const seen = new Set(waiting)
  for (const value of waiting) {
    if (net.isOutput(value)) return false
    for (const { op, inputs, outputs } of net.consumers(value)) {
      if (logic.has(op) || (op === 'Where' && !inputs.slice(1).includes(value))) continue
      if (!moves.has(op)) return false
      for (const output of outputs.filter((each) => !seen.has(each))) {
        seen.add(output)
        waiting.push(output)
      }
    }
  }
  return true
}
