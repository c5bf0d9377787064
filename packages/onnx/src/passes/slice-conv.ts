import type { Node } from '@q/ir'
import type { Literal } from '../fold/literal.ts'
import { addConstant, constantOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const list = (node: Node, name: string): readonly number[] => node.attrs[name] as readonly number[]

/** Rows of a filter or bias: in each of `groups` groups of `size`, those from `start` to `end`. */
function rows(known: Literal, groups: number, size: number, start: number, end: number): Float32Array {
  const inner = known.data.length / (groups * size)
  const picked = new Float32Array(groups * (end - start) * inner)
  for (let g = 0; g < groups; g++) {
    picked.set(known.data.subarray((g * size + start) * inner, (g * size + end) * inner), g * (end - start) * inner)
  }
  return picked
}

/**
 * A convolution whose channels are cut up by a Reshape `[N, C, H, W]` to `[N, groups, size, H * W]` and Slices of `size` (queries,
 * keys and values of an attention) is one convolution for each Slice, numbered from the last use to the first.
 */
export const sliceConv: Rule = (net, node) => {
  const conv = net.producer(node.inputs[0]!)
  if (
    conv?.op !== 'Conv' ||
    conv.attrs['group'] !== 1 ||
    conv.attrs['relu'] === true ||
    onlyUser(net, conv) !== node ||
    net.isOutput(node.outputs[0]!)
  )
    return false
  const from = net.shape(conv.outputs[0]!)
  const to = net.shape(node.outputs[0]!)
  if (from.length !== 4 || to.length !== 4 || from[0] !== to[0] || to[1]! * to[2]! !== from[1] || to[3] !== from[2]! * from[3]!)
    return false
  const users = net.consumers(node.outputs[0]!)
  const cut = (user: Node): boolean =>
    user.op === 'Slice' &&
    list(user, 'steps').every((step) => step === 1) &&
    to.every((d, axis) => axis === 2 || (list(user, 'starts')[axis] === 0 && list(user, 'ends')[axis] === d))
  const weight = constantOf(net, conv.inputs[1])
  const bias = constantOf(net, conv.inputs[2])
  if (users.length < 2 || !users.every(cut) || weight === undefined || (conv.inputs[2] !== undefined && bias === undefined)) return false
  const [groups, size] = [to[1]!, to[2]!]
  const name = conv.outputs[0]!
  ;[...users].reverse().forEach((user, i) => {
    const [start, end] = [list(user, 'starts')[2]!, list(user, 'ends')[2]!]
    const channels = groups * (end - start)
    const part = net.freshName(`${name}_slice_${i}`)
    const shaped = net.freshName(`${part}_reshape`)
    const type = net.value(name).type
    net.setValue({ name: part, type: { ...type, shape: [from[0]!, channels, from[2]!, from[3]!] } })
    net.setValue({ name: shaped, type: { ...type, shape: [to[0]!, groups, end - start, to[3]!] } })
    const filter = addConstant(
      net,
      `${name}_${conv.inputs[1]}_slice_${i}`,
      [channels, ...weight.shape.slice(1)],
      rows(weight, groups, size, start, end),
    )
    const inputs =
      bias === undefined
        ? [conv.inputs[0], filter]
        : [
            conv.inputs[0],
            filter,
            addConstant(net, `${name}_${conv.inputs[2]}_slice_${i}`, [channels], rows(bias, groups, size, start, end)),
          ]
    net.add({ op: 'Conv', inputs, outputs: [part], attrs: conv.attrs }, conv)
    net.add({ op: 'Reshape', inputs: [part], outputs: [shaped], attrs: { shape: [to[0]!, groups, end - start, to[3]!] } }, conv)
    const [result] = user.outputs as [string]
    net.remove(user)
    net.redirect(result, shaped)
  })
  net.remove(node)
  net.remove(conv)
  return true
}
