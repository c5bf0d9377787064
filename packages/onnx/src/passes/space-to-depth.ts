import { elementsOf } from '../fold/literal.ts'
import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { pickedPart } from './picked-part.ts'

/**
 * The four every-second-element parts of a plane side by side in front of a convolution are a DepthToSpace backwards, in
 * the order of rows, then columns; another order moves into the input channels of the filter.
 */
export const spaceToDepth: Rule = (net, node) => {
  const result = node.outputs[0]!
  if (node.attrs['axis'] !== 1 || node.inputs.length !== 4 || node.attrs['relu'] === true || net.isOutput(result)) return false
  const parts = node.inputs.map((name) => pickedPart(net, name!, [2, 3]))
  const x = parts[0]?.x
  if (x === undefined || parts.some((part) => part === undefined || part.x !== x)) return false
  const places = parts.map((part) => part!.begin[0]! * 2 + part!.begin[1]!)
  if (new Set(places).size !== 4) return false
  const inOrder = places.every((place, i) => place === i)
  const users = net.consumers(result)
  const filters = users.map((user) =>
    user.op === 'Conv' && user.attrs['group'] === 1 && user.inputs[0] === result ? constantOf(net, user.inputs[1]) : undefined,
  )
  if (!inOrder && filters.some((filter) => filter === undefined)) return false
  if (!inOrder) {
    users.forEach((user, u) => {
      const filter = filters[u]!
      const [outer, channels] = [filter.shape[0]!, filter.shape[1]!]
      const inner = filter.data.length / (outer * channels)
      const data = elementsOf('f32', filter.data.length)
      const block = channels / 4
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < 4; i++) {
          const from = (o * channels + i * block) * inner
          data.set(filter.data.subarray(from, from + block * inner), (o * channels + places[i]! * block) * inner)
        }
      }
      net.change(user, { inputs: [result, addConstant(net, `${user.outputs[0]}_filter_S2D`, filter.shape, data), ...user.inputs.slice(2)] })
    })
  }
  net.change(node, { op: 'DepthToSpace', inputs: [x], attrs: { block_h: 2, block_w: 2, mode: 'DCR', inverse: true } })
  net.rename(result, net.freshName(`${result}_r_Depth2Space`))
  return true
}
