import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'

/** A global pool has the kernel of the whole plane. */
export const globalPool: Rule = (net, node) => {
  const plane = net.shape(node.inputs[0]!).slice(2)
  const attrs = { kernel_shape: plane, strides: plane.map(() => 1), pads: plane.flatMap(() => [0, 0]) }
  if (node.op === 'GlobalMaxPool') net.change(node, { op: 'MaxPool', attrs })
  else net.change(node, { op: 'AveragePool', attrs: { ...attrs, count_include_pad: true } })
  return true
}

/** A mean or maximum over the whole plane is a pool; a mean without its axes when they are dropped. */
export const spatialPool: Rule = (net, node) => {
  const shape = net.shape(node.inputs[0]!)
  const { axes, keepdims } = node.attrs as { readonly axes: readonly number[]; readonly keepdims: boolean }
  if (shape.length !== 4 || [...axes].sort().join() !== '2,3') return false
  const window = { kernel_shape: shape.slice(2), strides: [1, 1], pads: [0, 0, 0, 0] }
  const attrs = { ...window, count_include_pad: true }
  if (node.op === 'ReduceMax') {
    if (!keepdims) return false
    net.change(node, { op: 'MaxPool', attrs: window })
    return true
  }
  net.change(node, { op: 'AveragePool', attrs: keepdims ? attrs : { ...attrs, keepdims: false } })
  return true
}

/** How the axes of a mean were counted is of no interest any more. */
export const plainMean: Rule = (net, node) => {
  if (node.attrs['fromEnd'] === undefined) return false
  net.change(node, { attrs: { axes: node.attrs['axes']!, keepdims: node.attrs['keepdims']! } })
  return true
}

/** Reductions of squares, and logarithms of reductions, in steps. */
export const composedReduction: Rule = (net, node) => {
  const x = node.inputs[0]!
  const result = node.outputs[0]!
  if (node.op === 'ReduceSumSquare') {
    const square = before(net, node, `${result}_square`, 'Mul', [x, x], x)
    net.change(node, { op: 'ReduceSum', inputs: [square] })
    return true
  }
  const terms = node.op === 'ReduceLogSumExp' ? before(net, node, `${result}_exp`, 'Exp', [x], x) : x
  const sum = before(net, node, `${result}_sum`, 'ReduceSum', [terms], result, node.attrs)
  net.change(node, { op: 'Log', inputs: [sum], attrs: {} })
  return true
}

/** A convolution of one spatial axis has a second one of size 1. */
export const planar: Rule = (net, node) => {
  const strides = node.attrs['strides'] as readonly number[]
  if (strides.length !== 1) return false
  const wide = (name: string, fill: number): Record<string, readonly number[]> => {
    const list = node.attrs[name] as readonly number[] | undefined
    return list === undefined || list.length === 0 ? {} : { [name]: [list[0]!, fill] }
  }
  const pads = node.attrs['pads'] as readonly number[]
  const attrs = {
    ...node.attrs,
    ...wide('strides', 1),
    ...wide('dilations', 1),
    ...wide('kernel_shape', 1),
    ...wide('output_padding', 0),
    pads: [pads[0]!, 0, pads[1]!, 0],
  }
  const inputs = [...node.inputs]
  const weight = inputs[1] === undefined ? undefined : net.value(inputs[1])
  if (weight !== undefined) {
    if (weight.constant === undefined) return false
    const shape = [...weight.type.shape, 1]
    const name = net.freshName(weight.name)
    net.setValue({ ...weight, name, type: { ...weight.type, shape }, constant: { ...weight.constant, shape } })
    inputs[1] = name
  }
  net.change(node, { inputs, attrs })
  return true
}
