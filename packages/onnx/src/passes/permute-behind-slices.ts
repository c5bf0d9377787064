import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { sliceAttrs } from '../net/slice-attrs.ts'

const list = (node: Node, name: string): readonly number[] => node.attrs[name] as readonly number[]

/** Whether a Reshape does nothing but split the last axis of a matrix product. */
function splitsProduct(net: GraphDraft, reshape: Node | undefined): boolean {
  const product = reshape?.op === 'Reshape' ? net.producer(reshape.inputs[0]!) : undefined
  if (reshape === undefined || product?.op !== 'MatMul') return false
  const to = net.shape(reshape.outputs[0]!)
  return net
    .shape(product.outputs[0]!)
    .slice(0, -1)
    .every((dim, i) => dim === to[i])
}

/**
 * A Transpose of four axes or more, whose result is taken apart by Slice and Squeeze along an axis that it moves (queries, keys, values of one matrix product) goes behind them: one
 * Transpose in front of each user, also where it leaves the axes in their order. TPU-MLIR 1.30.2 leaves it where something else than a product is split.
 */
export const permuteBehindSlices: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  const [turned] = node.outputs as [string]
  const perm = list(node, 'perm')
  const shape = net.shape(turned)
  const slices = net.consumers(turned)
  if (slices.length < 2 || net.isOutput(turned) || perm.length < 4 || !splitsProduct(net, net.producer(x))) return false
  const squeezes = slices.map((slice) => (slice.op === 'Slice' ? onlyUser(net, slice) : undefined))
  const axis = squeezes[0]?.op === 'Squeeze' ? list(squeezes[0], 'axes')[0] : undefined
  const fits = slices.every((slice, i) => {
    const squeeze = squeezes[i]
    return (
      squeeze?.op === 'Squeeze' &&
      list(squeeze, 'axes').join() === `${axis}` &&
      !net.isOutput(squeeze.outputs[0]!) &&
      list(slice, 'steps').every((step) => step === 1) &&
      shape.every((d, k) => k === axis || (list(slice, 'starts')[k] === 0 && list(slice, 'ends')[k] === d))
    )
  })
  if (axis === undefined || !fits) return false
  const source = perm[axis]!
  if (source === axis) return false
  const order = perm.filter((_, i) => i !== axis).map((each) => (each > source ? each - 1 : each))
  const from = net.shape(x)
  slices.forEach((slice, i) => {
    const squeeze = squeezes[i]!
    const start = list(slice, 'starts')[axis]!
    const [sliced] = slice.outputs as [string]
    const [squeezed] = squeeze.outputs as [string]
    net.change(slice, { inputs: [x], attrs: sliceAttrs(from, source, start, start + 1) })
    net.change(squeeze, { attrs: { axes: [source] } })
    const type = net.value(squeezed).type
    const before = from.filter((_, k) => k !== source)
    const part = net.freshName(`${sliced}_r_new`)
    net.rename(sliced, part)
    const name = net.freshName(`${squeezed}_r_new`)
    net.rename(squeezed, name)
    net.setValue({ name: part, type: { ...type, shape: from.map((d, k) => (k === source ? 1 : d)) } })
    net.setValue({ name, type: { ...type, shape: before } })
    for (const user of net.consumers(name)) {
      const moved = net.freshName(`${name}_r_permute_for_${user.outputs[0]}`)
      net.setValue({ name: moved, type: { ...type, shape: order.map((each) => before[each]!) } })
      net.add({ op: 'Transpose', inputs: [name], outputs: [moved], attrs: { perm: order } }, user)
      net.change(user, { inputs: user.inputs.map((input) => (input === name ? moved : input)) })
    }
  })
  net.remove(node)
  return true
}
