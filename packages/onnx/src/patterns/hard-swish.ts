import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { keepsShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { madeBy, withNumber } from './match.ts'

/** The `x` of `clip(x + 3, 0, 6)`. */
function shiftedClip(net: GraphDraft, name: string | undefined): string | undefined {
  const clip = madeBy(net, name, 'Clip')
  return clip !== undefined && clip.attrs['min'] === 0 && clip.attrs['max'] === 6
    ? withNumber(net, madeBy(net, clip.inputs[0], 'Add'), 3)
    : undefined
}

const sixth = (net: GraphDraft, node: Node): string | undefined => (node.op === 'Div' ? withNumber(net, node, 6) : undefined)

/** `clip(x + 3, 0, 6) / 6` is a HardSigmoid with slope 1/6. */
export const hardSigmoid: Rule = (net, node) => {
  const x = shiftedClip(net, sixth(net, node))
  if (x === undefined || !keepsShape(net, node, x)) return false
  net.change(node, { op: 'HardSigmoid', inputs: [x], attrs: { alpha: 1 / 6, beta: 0.5 } })
  return true
}

/** `x * clip(x + 3, 0, 6) / 6`, divided last, and `x` times the model's own HardSigmoid of slope 1/6 are a HardSwish. */
export const hardSwish: Rule = (net, node) => {
  const product = node.op === 'Mul' && sixth(net, node) === undefined ? node : madeBy(net, sixth(net, node), 'Mul')
  if (product === undefined || !keepsShape(net, node, product.inputs[0]!) || !keepsShape(net, node, product.inputs[1]!)) return false
  for (const side of [0, 1] as const) {
    const x = product.inputs[side]!
    const other = product.inputs[1 - side]
    const gate = madeBy(net, other, 'HardSigmoid')
    const gated = gate !== undefined && gate.inputs[0] === x && gate.attrs['alpha'] === Math.fround(1 / 6) && gate.attrs['beta'] === 0.5
    if ((product === node && gated) || (product !== node && shiftedClip(net, other) === x)) {
      net.change(node, { op: 'HardSwish', inputs: [x], attrs: {} })
      return true
    }
  }
  return false
}
