import { bypass, onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** Of two Reshapes in a row the second is enough. */
export const mergeReshapes: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Reshape' || onlyUser(net, producer) !== node) return false
  net.change(node, { inputs: [producer.inputs[0]] })
  return true
}

/** A Reshape to the shape a tensor has is nothing. */
export const dropReshape: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  if (!sameShape(net.shape(x), net.shape(node.outputs[0]!)) || net.producer(x) === undefined) return false
  bypass(net, node, x)
  return true
}

const moves = new Set(['Reshape', 'Squeeze', 'Unsqueeze'])

/** A Reshape, Squeeze or Unsqueeze that takes back the one before it goes with it. */
export const cancelMoves: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer === undefined || !moves.has(producer.op)) return false
  const [x] = producer.inputs as [string]
  if (!sameShape(net.shape(x), net.shape(node.outputs[0]!)) || (net.isOutput(node.outputs[0]!) && net.producer(x) === undefined)) return false
  const [between] = producer.outputs as [string]
  const shared = producer.op === 'Reshape' && node.op === 'Reshape' && net.useCount(between) > 1 && !net.isOutput(between)
  bypass(net, node, x)
  if (shared) net.rename(between, net.freshName(`${between}_reshape_fuse_1`))
  return true
}
