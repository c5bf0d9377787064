import { broadcast } from '@q/ir/ops'
import { constantOf, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * An operand that is only repeated to the shape of the result need not be: the operator does that itself. TPU-MLIR 1.30.2 keeps it where a
 * constant is added.
 */
export const dropRepeats: Rule = (net, node) => {
  const [a, b] = node.inputs as [string, string]
  if (node.op === 'Add' && constantOf(net, b) !== undefined) return false
  const result = net.shape(node.outputs[0]!)
  for (const [side, other] of [b, a].entries()) {
    const tile = net.producer(node.inputs[side]!)
    if (tile?.op !== 'Tile') continue
    const [x] = tile.inputs as [string]
    const shape = net.shape(x)
    const isSpread = (tile.attrs['repeats'] as readonly number[]).every((count, i) => count === 1 || shape[i] === 1)
    if (!isSpread || !sameShape(broadcast(shape, net.shape(other)), result)) continue
    net.change(node, { inputs: side === 0 ? [x, b] : [a, x] })
    return true
  }
  return false
}
