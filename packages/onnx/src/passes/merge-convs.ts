import { addConstant, constantOf, onlyUser } from '../net/constants.ts'
import type { NetNode } from '../net/net.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround
const all = (node: NetNode, name: string, value: number): boolean => ((node.attrs[name] as readonly number[] | undefined) ?? []).every((each) => each === value)

/**
 * A linear 1x1 convolution in front of another is part of it. All float32, summed in the order of the middle channel, each
 * product and each sum rounded: `W'[o,i] = sum W2[o,k] W1[k,i]`, `b'[o] = (sum W2[o,k] b1[k]) + b2[o]`.
 */
export const mergeConvs: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== 'Conv' || onlyUser(net, first) !== node || first.attrs['relu'] === true) return false
  for (const conv of [first, node]) {
    const kernel = net.shape(conv.inputs[1]!).slice(2)
    if (kernel.length !== 2 || kernel.some((d) => d !== 1) || conv.attrs['group'] !== 1 || !all(conv, 'strides', 1) || !all(conv, 'pads', 0)) return false
  }
  const [w1, w2] = [constantOf(net, first.inputs[1]), constantOf(net, node.inputs[1])]
  const [b1, b2] = [constantOf(net, first.inputs[2]), constantOf(net, node.inputs[2])]
  if (w1 === undefined || w2 === undefined) return false
  const [outer, middle, inner] = [w2.shape[0]!, w1.shape[0]!, w1.shape[1]!]
  const weight = new Float32Array(outer * inner)
  const bias = new Float32Array(outer)
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < middle; k++) {
      const factor = w2.data[o * middle + k]!
      for (let i = 0; i < inner; i++) weight[o * inner + i] = weight[o * inner + i]! + f(factor * w1.data[k * inner + i]!)
      if (b1 !== undefined) bias[o] = bias[o]! + f(factor * b1.data[k]!)
    }
    if (b2 !== undefined) bias[o] = bias[o]! + b2.data[o]!
  }
  const name = node.outputs[0]!
  const merged = addConstant(net, `${name}_merge_filter_weight`, [outer, inner, 1, 1], weight)
  const inputs = b1 === undefined && b2 === undefined
    ? [first.inputs[0], merged]
    : [first.inputs[0], merged, addConstant(net, `${name}_merge_bias_weight`, [outer], bias)]
  net.change(node, { inputs })
  return true
}
