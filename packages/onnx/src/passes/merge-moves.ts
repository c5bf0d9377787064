import { bypass, onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { standsForTransposes } from './move-permutes.ts'

/** Of two Reshapes in a row the second is enough. */
export const mergeReshapes: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Reshape' || onlyUser(net, producer) !== node || standsForTransposes(node)) return false
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

const undoneBy: Readonly<Record<string, readonly string[]>> = {
  Reshape: ['Reshape'],
  Squeeze: ['Unsqueeze', 'Reshape'],
  Unsqueeze: ['Squeeze', 'Reshape'],
}

/**
 * A Reshape, Squeeze or Unsqueeze that takes back the one before it goes with it; between an Unsqueeze and a Squeeze only where nothing else uses
 * the first's result. Names are those of TPU-MLIR 1.30.2: behind an Unsqueeze, what was moved there and back has its name; other users of a
 * Reshape have one each, numbered from the last user on.
 */
export const cancelMoves: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer === undefined || !undoneBy[node.op]!.includes(producer.op)) return false
  const [x] = producer.inputs as [string]
  const [result] = node.outputs as [string]
  const maker = net.producer(x)
  if (!sameShape(net.shape(x), net.shape(result)) || (net.isOutput(result) && maker === undefined)) return false
  const [between] = producer.outputs as [string]
  const isShared = net.useCount(between) > 1
  if (isShared && (node.op === 'Unsqueeze' || producer.op === 'Unsqueeze')) return false
  const users = [...net.consumers(between)].reverse()
  bypass(net, node, x)
  if (node.op === 'Unsqueeze' && maker !== undefined) {
    net.setValue({ ...net.value(x), name: result })
    net.change(maker, { outputs: maker.outputs.map((each) => (each === x ? result : each)) })
    net.redirect(x, result)
  }
  if (node.op === 'Reshape' && isShared && !net.isOutput(between)) {
    users.forEach((user, i) => {
      if (net.current(user) === undefined) return
      const name = net.freshName(`${between}_reshape_fuse_${i}`)
      net.setValue({ ...net.value(between), name })
      net.add({ ...producer, outputs: [name] }, producer)
      const { inputs } = net.current(user)!
      net.change(user, { inputs: inputs.map((input) => (input === between ? name : input)) })
    })
  }
  return true
}

/** A Slice of a Slice that nothing but Slices reads is one of what that one cuts, as in TPU-MLIR 1.30.2. */
export const mergeSlices: Rule = (net, node) => {
  const [between] = node.inputs as [string]
  const first = net.producer(between)
  if (first?.op !== 'Slice' || net.isOutput(between) || net.consumers(between).some(({ op }) => op !== 'Slice')) return false
  const list = (each: typeof node, name: string): readonly number[] => each.attrs[name] as readonly number[]
  if ([first, node].some((each) => list(each, 'steps').some((step) => step < 0))) return false
  const starts = list(node, 'starts').map((start, i) => list(first, 'starts')[i]! + start * list(first, 'steps')[i]!)
  const steps = list(node, 'steps').map((step, i) => step * list(first, 'steps')[i]!)
  const sizes = net.shape(first.inputs[0]!)
  const ends = list(node, 'ends').map((end, i) => Math.min(sizes[i]!, list(first, 'starts')[i]! + end * list(first, 'steps')[i]!))
  net.change(node, { inputs: [first.inputs[0]], attrs: { starts, ends, steps } })
  return true
}

/** TPU-MLIR 1.30.2 gives each of several Slices what it cuts; a Slice that runs backwards stays, under the name of the first copy. */
export const copyForSlices: Rule = (net, node) => {
  const [result] = node.outputs as [string]
  const users = net.consumers(result)
  if (users.length < 2 || net.isOutput(result) || users.some(({ op }) => op !== 'Slice') || result.endsWith(copyEnding)) return false
  const name = net.freshName(`${result}${copyEnding}`)
  net.setValue({ ...net.value(result), name })
  net.change(node, { outputs: [name] })
  net.redirect(result, name)
  return true
}

const copyEnding = '_r_slice0'

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
