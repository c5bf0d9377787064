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
  if (!sameShape(net.shape(x), net.shape(node.outputs[0]!)) || (net.isOutput(node.outputs[0]!) && net.producer(x) === undefined))
    return false
  const [between] = producer.outputs as [string]
  const shared = producer.op === 'Reshape' && node.op === 'Reshape' && net.useCount(between) > 1 && !net.isOutput(between)
  bypass(net, node, x)
  if (shared) net.rename(between, net.freshName(`${between}_reshape_fuse_1`))
  return true
}

/** Two Slices in a row are one. */
export const mergeSlices: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== 'Slice' || onlyUser(net, first) !== node) return false
  const list = (each: typeof node, name: string): readonly number[] => each.attrs[name] as readonly number[]
  if ([first, node].some((each) => list(each, 'steps').some((step) => step < 0))) return false
  const starts = list(node, 'starts').map((start, i) => list(first, 'starts')[i]! + start * list(first, 'steps')[i]!)
  const steps = list(node, 'steps').map((step, i) => step * list(first, 'steps')[i]!)
  const places = net.shape(node.outputs[0]!)
  const ends = starts.map((start, i) => start + (places[i]! - 1) * steps[i]! + 1)
  net.change(node, { inputs: [first.inputs[0]], attrs: { starts, ends, steps } })
  return true
}

/** A Concat inside a Concat of the same axis is part of it. */
export const mergeConcats: Rule = (net, node) => {
  const inner = node.inputs.findIndex((name) => {
    const producer = net.producer(name!)
    return (
      producer?.op === 'Concat' &&
      producer.attrs['axis'] === node.attrs['axis'] &&
      producer.attrs['relu'] !== true &&
      onlyUser(net, producer) === node
    )
  })
  if (inner < 0) return false
  net.change(node, { inputs: node.inputs.flatMap((name, i) => (i === inner ? net.producer(name!)!.inputs : [name])) })
  return true
}
