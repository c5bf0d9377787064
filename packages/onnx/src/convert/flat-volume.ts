import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { reshapedConstant } from '../net/constants.ts'
import { eachNode } from '../net/rules.ts'
import { madeBefore } from './arithmetic.ts'

/**
 * Convolutions over volumes whose kernels are as deep as these are convolutions over planes, depths being channels, between two Reshapes.
 * The names are those of TPU-MLIR 1.30.2, which counts such convolutions.
 */
export function flattenVolumes(net: GraphDraft): void {
  let count = 0
  eachNode(net, (node) => {
    if (node.op === 'Conv' && isAsDeep(net, node)) flatten(net, node, count++)
  })
}

function isAsDeep(net: GraphDraft, { inputs, attrs }: Node): boolean {
  const [x, weight] = inputs as [string, string]
  const kernel = net.shape(weight).slice(2)
  const [pads, dilations] = [attrs['pads'], attrs['dilations']] as [readonly number[], readonly number[]]
  if (kernel.length !== 3 || net.value(weight).constant === undefined) return false
  return kernel[0] === net.shape(x)[2] && pads[0] === 0 && pads[3] === 0 && (dilations[0] ?? 1) === 1
}

function flatten(net: GraphDraft, node: Node, count: number): void {
  const [x, weight, ...bias] = node.inputs as [string, string, ...(string | undefined)[]]
  const [result] = node.outputs as [string]
  const [samples, channels, depth, ...plane] = net.shape(x) as [number, number, number, number, number]
  const [filters, taken, deep, ...kernel] = net.shape(weight) as [number, number, number, number, number]
  const { shape: whole, dtype } = net.value(result).type as { shape: readonly number[]; dtype: 'f32' }
  const flat = [whole[0]!, whole[1]!, ...whole.slice(3)]
  const follower = net.freshName(`${result}_r_To5Dim${count}`)
  net.setValue({ ...net.value(result), name: follower })
  net.redirect(result, follower)
  net.setValue({ ...net.value(result), type: { dtype, shape: flat } })
  const planes = [samples, channels * depth, ...plane]
  const inFront = madeBefore(net, node, `${x}_r_To4Dim${count}`, 'Reshape', x, planes, { shape: planes })
  const inputs = [inFront, reshapedConstant(net, weight, [filters, taken * deep, ...kernel]), ...bias]
  net.add({ op: 'Conv', inputs, outputs: [result], attrs: overPlanes(node.attrs) }, node)
  net.change(node, { op: 'Reshape', inputs: [result], outputs: [follower], attrs: { shape: whole } })
}

const perAxis = ['strides', 'dilations', 'kernel_shape'] as const

function overPlanes(attrs: Node['attrs']): Node['attrs'] {
  const lists = perAxis.flatMap((name) => {
    const list = attrs[name] as readonly number[] | undefined
    return list === undefined || list.length === 0 ? [] : [[name, list.slice(1)] as const]
  })
  const pads = attrs['pads'] as readonly number[]
  return { ...attrs, ...Object.fromEntries(lists), pads: [pads[1]!, pads[2]!, pads[4]!, pads[5]!] }
}
