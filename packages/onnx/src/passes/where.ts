import { addNumber, numberOf, sameShape } from '../net/constants.ts'
import { before } from '../convert/arithmetic.ts'
import type { Rule } from '../net/rules.ts'

/** A condition that broadcasts is repeated to the shape of the result; infinite numbers become 10000 with their sign. */
export const where: Rule = (net, node) => {
  const [condition] = node.inputs as [string]
  const shape = net.shape(node.outputs[0]!)
  const from = net.shape(condition)
  for (const side of [1, 2] as const) {
    const number = numberOf(net, node.inputs[side], true)
    if (number === undefined || (Number.isFinite(number) && net.shape(node.inputs[side]!).reduce((a, b) => a * b, 1) === 1)) continue
    const inputs = [...node.inputs]
    inputs[side] = addNumber(net, `${node.inputs[side]}_number`, Number.isFinite(number) ? number : Math.sign(number) * 1e4)
    net.change(node, { inputs })
    return true
  }
  if (sameShape(from, shape) || from.length !== shape.length) return false
  const tiled = before(net, node, `${node.outputs[0]}_Tile`, 'Tile', [condition], node.outputs[0]!, {
    repeats: shape.map((d, i) => d / from[i]!),
  })
  net.change(node, { inputs: [tiled, ...node.inputs.slice(1)] })
  return true
}
