import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { onlyUser } from '../net/constants.ts'
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

/** The order of the elements of `shape` after the moves, as places of single axes; `undefined` when axes would have to be cut. */
function track(net: GraphDraft, chain: readonly Node[]): readonly number[] | undefined {
  let labels: (readonly number[])[] = net.shape(chain[0]!.inputs[0]!).map((d, i) => (d === 1 ? [] : [i]))
  const sizes = net.shape(chain[0]!.inputs[0]!)
  for (const node of chain) {
    if (node.op === 'Transpose') {
      labels = perm(node).map((axis) => labels[axis]!)
      continue
    }
    const flat = labels.flat()
    const next: number[][] = []
    let place = 0
    for (const size of net.shape(node.outputs[0]!)) {
      const group: number[] = []
      let product = 1
      while (product < size && place < flat.length) {
        product *= sizes[flat[place]!]!
        group.push(flat[place++]!)
      }
      if (product !== size) return undefined
      next.push(group)
    }
    if (place !== flat.length) return undefined
    labels = next
  }
  return labels.flat()
}

/** Two Transposes, with or without a Reshape between them, that leave the elements in their order are one Reshape of what came before. */
export const movesAreReshape: Rule = (net, node) => {
  const middle = net.producer(node.inputs[0]!)
  const first = middle?.op === 'Reshape' ? net.producer(middle.inputs[0]!) : middle
  if (middle === undefined || first?.op !== 'Transpose' || onlyUser(net, first) !== (first === middle ? node : middle)) return false
  const order = track(net, first === middle ? [first, node] : [first, middle, node])
  if (order === undefined || order.some((axis, i) => i > 0 && axis < order[i - 1]!)) return false
  const [x] = first.inputs as [string]
  const shape = net.shape(node.outputs[0]!)
  const parts = { op: 'Reshape', inputs: [x], attrs: { shape: [...shape] } }
  net.change(node, parts)
  const wanted = `${x}_r_Reshape`
  if (!net.isOutput(node.outputs[0]!) && !net.has(wanted)) net.rename(node.outputs[0]!, wanted)
  return true
}
