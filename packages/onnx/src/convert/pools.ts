import { bypass, reshapedConstant } from '../net/constants.ts'
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

/** A pool over single elements hands them on. */
export const singlePool: Rule = (net, node) => {
  const { kernel_shape, strides, pads } = node.attrs as Readonly<Record<string, readonly number[]>>
  if (![...kernel_shape!, ...strides!].every((each) => each === 1) || pads!.some((each) => each !== 0)) return false
  bypass(net, node, node.inputs[0]!)
  return true
}

/** A reduction over axes of one element hands on its operand, without these axes where they are dropped; one of magnitudes takes these. */
export const singleReduction: Rule = (net, node) => {
  const { axes, keepdims } = node.attrs as { readonly axes: readonly number[]; readonly keepdims: boolean }
  const [x] = node.inputs as [string]
  const shape = net.shape(x)
  if (axes.length === 0 || axes.some((axis) => shape[axis] !== 1)) return false
  if (keepdims) bypass(net, node, x)
  else net.change(node, { op: 'Reshape', attrs: { shape: [...net.shape(node.outputs[0]!)] } })
  return true
}

/** A mean or maximum over the whole plane is a pool, without the pooled axes when they are dropped. */
export const spatialPool: Rule = (net, node) => {
  const { axes, keepdims } = node.attrs as { readonly axes: readonly number[]; readonly keepdims: boolean }
  const [x] = node.inputs as [string]
  const shape = net.shape(x)
  if (shape.length !== 4 || [...axes].sort().join() !== '2,3') return false
  const window = { kernel_shape: shape.slice(2), strides: [1, 1], pads: [0, 0, 0, 0], ...(keepdims ? {} : { keepdims }) }
  if (node.op === 'ReduceMax') net.change(node, { op: 'MaxPool', inputs: [x], attrs: window })
  else net.change(node, { op: 'AveragePool', inputs: [x], attrs: { ...window, count_include_pad: true } })
  return true
}

/** How axes were counted is of no interest any more. */
export const plainAxes: Rule = (net, node) => {
  if (node.attrs['fromEnd'] === undefined) return false
  const { fromEnd: _, ...attrs } = node.attrs
  net.change(node, { attrs })
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
    inputs[1] = reshapedConstant(net, weight.name, [...weight.type.shape, 1])
  }
  net.change(node, { inputs, attrs })
  return true
}
