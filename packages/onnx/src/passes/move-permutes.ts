import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const perm = (node: Node): readonly number[] => node.attrs['perm'] as readonly number[]

/** Transpose, Softmax, Transpose: both transpositions go in front, and the Softmax works on the axis where it ends up. Not where the second undoes the first, nor along another axis than the last. */
export const permuteBeforeSoftmax: Rule = (net, node) => {
  const softmax = net.producer(node.inputs[0]!)
  const first = softmax?.op === 'Softmax' ? net.producer(softmax.inputs[0]!) : undefined
  if (softmax === undefined || first?.op !== 'Transpose' || onlyUser(net, softmax) !== node || onlyUser(net, first) !== softmax)
    return false
  const order = perm(node).map((axis) => perm(first)[axis]!)
  const along = softmax.attrs['axis'] as number
  if (order.every((axis, i) => axis === i) || (along !== -1 && along !== order.length - 1)) return false
  const name = net.freshName(`${first.outputs[0]}_r_reordered`)
  const [result] = node.outputs as [string]
  net.setValue({ name, type: net.value(result).type })
  net.change(first, { outputs: [name], attrs: { perm: order } })
  const attrs = { ...softmax.attrs, axis: perm(node).indexOf(order.length - 1) }
  net.remove(softmax)
  net.change(node, { op: 'Softmax', inputs: [name], attrs })
  return true
}

/** The axes that a Transpose moves, in the order of its operand: axes of one element left out, those that stay side by side as one. */
function movedAxes(net: GraphDraft, node: Node): { readonly sizes: readonly number[]; readonly order: readonly number[] } {
  const shape = net.shape(node.inputs[0]!)
  const groups: { readonly first: number; last: number; size: number }[] = []
  for (const axis of perm(node)) {
    const before = groups.at(-1)
    if (shape[axis] === 1) continue
    const isBeside = before !== undefined && shape.slice(before.last + 1, axis).every((d) => d === 1) && axis > before.last
    if (isBeside) {
      before.last = axis
      before.size *= shape[axis]!
    } else groups.push({ first: axis, last: axis, size: shape[axis]! })
  }
  const inPlace = [...groups].sort((a, b) => a.first - b.first)
  return { sizes: inPlace.map(({ size }) => size), order: groups.map((group) => inPlace.indexOf(group)) }
}

/** Whether the second Transpose puts the elements back into the order that the first found them in, whatever shape they were given between. */
function undoes(net: GraphDraft, second: Node, first: Node): boolean {
  const there = movedAxes(net, first)
  const back = movedAxes(net, second)
  return (
    sameShape(
      back.sizes,
      there.order.map((axis) => there.sizes[axis]!),
    ) && back.order.every((axis, i) => there.order[axis] === i)
  )
}

const ending = '_r_Reshape'

/**
 * Whether a Reshape stands for Transposes that undid each other. TPU-MLIR 1.30.2 keeps the first of those, unused, while it rewrites, so that what the Reshape reads
 * counts as used by more than the Reshape.
 */
export const standsForTransposes = ({ op, inputs, outputs }: Node): boolean => op === 'Reshape' && outputs[0] === `${inputs[0]}${ending}`

/** Two Transposes, with or without a Reshape between them, that leave the elements in their order are one Reshape of what came before. */
export const movesAreReshape: Rule = (net, node) => {
  const middle = net.producer(node.inputs[0]!)
  const first = middle?.op === 'Reshape' ? net.producer(middle.inputs[0]!) : middle
  if (middle === undefined || first?.op !== 'Transpose' || onlyUser(net, first) !== (first === middle ? node : middle)) return false
  if (!undoes(net, node, first)) return false
  const [x] = first.inputs as [string]
  const shape = net.shape(node.outputs[0]!)
  const parts = { op: 'Reshape', inputs: [x], attrs: { shape: [...shape] } }
  net.change(node, parts)
  const wanted = `${x}${ending}`
  if (!net.isOutput(node.outputs[0]!) && !net.has(wanted)) net.rename(node.outputs[0]!, wanted)
  return true
}
