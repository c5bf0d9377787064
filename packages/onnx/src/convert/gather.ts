import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { addConstant, bypass, constantOf, numberOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { sliceAttrs } from '../net/slice-attrs.ts'
import { madeBefore } from './arithmetic.ts'

/** Indices from the end count from the front. */
export const frontIndices: Rule = (net, node) => {
  const indices = constantOf(net, node.inputs[1])
  if (indices === undefined || indices.data.every((index) => index >= 0)) return false
  const size = net.shape(node.inputs[0]!)[node.attrs['axis'] as number]!
  const name = addConstant(
    net,
    `${node.inputs[1]}_fix`,
    indices.shape,
    indices.data.map((index) => (index < 0 ? index + size : index)),
    'i64',
  )
  net.change(node, { inputs: [node.inputs[0], name] })
  return true
}

/** Taking one place of an axis, without the axis, is a Slice (where there is more than one place) and a Squeeze. */
export const gatherOne: Rule = (net, node) => {
  const index = numberOf(net, node.inputs[1])
  const [x] = node.inputs as [string]
  const axis = node.attrs['axis'] as number
  const shape = net.shape(x)
  if (index === undefined) return false
  if (node.attrs['keepdims'] !== false) {
    if (net.shape(node.inputs[1]!).length !== 1 || shape[axis] === 1) return false
    net.change(node, { op: 'Slice', inputs: [x], attrs: sliceAttrs(shape, axis, index, index + 1) })
    net.rename(node.outputs[0]!, net.freshName(`${node.outputs[0]}_slice`))
    return true
  }
  let part = x
  if (shape[axis] !== 1) {
    const kept = shape.map((d, i) => (i === axis ? 1 : d))
    part = madeBefore(net, node, `${node.outputs[0]}_slice`, 'Slice', x, kept, sliceAttrs(shape, axis, index, index + 1))
  }
  net.change(node, { op: 'Squeeze', inputs: [part], attrs: { axes: [axis] } })
  return true
}

/** Taking the one place of an axis changes nothing but, with an index of several axes, the shape; what is only transposed and reshaped behind it has no need of that. */
export const gatherAll: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  const made = net.shape(node.outputs[0]!)
  if (numberOf(net, node.inputs[1]) !== 0 || node.attrs['keepdims'] === false || net.shape(x)[node.attrs['axis'] as number] !== 1)
    return false
  if (made.length === net.shape(x).length) bypass(net, node, x)
  else if (!withoutAxes(net, node, made.length - net.shape(x).length))
    net.change(node, { op: 'Reshape', inputs: [x], attrs: { shape: [...made] } })
  return true
}

/** Transposes what a node gives without the `count` axes of one element that it adds behind its axis, where Reshapes alone see the difference. */
function withoutAxes(net: GraphDraft, node: Node, count: number): boolean {
  const [result] = node.outputs as [string]
  const users = net.consumers(result)
  const isReshaped = (name: string): boolean =>
    !net.isOutput(name) && net.consumers(name).every(({ op }) => op === 'Reshape' || op === 'Flatten')
  if (net.isOutput(result) || !users.every(({ op, outputs }) => op === 'Transpose' && isReshaped(outputs[0]!))) return false
  const last = (node.attrs['axis'] as number) + count
  const isKept = (axis: number): boolean => axis > last || axis <= last - count
  for (const user of users) {
    const perm = user.attrs['perm'] as readonly number[]
    const [turned] = user.outputs as [string]
    const { type } = net.value(turned)
    net.setValue({ ...net.value(turned), type: { ...type, shape: type.shape.filter((_, i) => isKept(perm[i]!)) } })
    net.change(user, { inputs: [node.inputs[0]], attrs: { perm: perm.filter(isKept).map((axis) => (axis > last ? axis - count : axis)) } })
  }
  net.remove(node)
  return true
}

/** Places of an axis that follow each other by one step are a Slice. */
export const gatherEvenly: Rule = (net, node) => {
  const indices = constantOf(net, node.inputs[1])
  const [first, second] = indices?.data ?? []
  if (indices === undefined || indices.shape.length !== 1 || first === undefined || second === undefined || first < 0) return false
  const step = second - first
  if (step < 1 || indices.data.some((index, i) => index !== first + i * step)) return false
  const axis = node.attrs['axis'] as number
  const shape = net.shape(node.inputs[0]!)
  if (step === 1 && indices.data.length === shape[axis]) {
    bypass(net, node, node.inputs[0]!)
    return true
  }
  net.change(node, { op: 'Slice', inputs: [node.inputs[0]], attrs: sliceAttrs(shape, axis, first, indices.data.at(-1)! + 1, step) })
  return true
}
