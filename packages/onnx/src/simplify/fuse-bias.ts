import { addConstant, bypassKeepingOutputs, constantOf, isPerChannel, numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** A constant per channel added behind a convolution without bias becomes its bias. */
export const fuseConvBias: Rule = (net, node) => {
  for (const side of [0, 1] as const) {
    const producer = net.producer(node.inputs[side]!)
    const other = node.inputs[1 - side]
    const constant = constantOf(net, other)
    if (producer?.op !== 'Conv' || producer.inputs[2] !== undefined || constant === undefined || onlyUser(net, producer) !== node) continue
    const shape = net.shape(producer.outputs[0]!)
    const channels = shape[1]!
    const single = numberOf(net, other)
    if (single === undefined && !isPerChannel(constant.shape, shape)) continue
    if (single !== undefined && constant.shape.length > shape.length) continue
    const bias = addConstant(
      net,
      `${other}_bias`,
      [channels],
      single === undefined ? constant.data : new Float32Array(channels).fill(single),
    )
    net.change(producer, { inputs: [producer.inputs[0], producer.inputs[1], bias] })
    bypassKeepingOutputs(net, node, producer.outputs[0]!)
    return true
  }
  return false
}

/** A product of two matrices with a constant or matrix added to it becomes a Gemm under the name of the sum. */
export const fuseGemm: Rule = (net, node) => {
  for (const side of [0, 1] as const) {
    const producer = net.producer(node.inputs[side]!)
    const other = node.inputs[1 - side]!
    if (producer?.op !== 'MatMul' || onlyUser(net, producer) !== node) continue
    if (net.shape(producer.inputs[0]!).length !== 2 || net.shape(producer.inputs[1]!).length !== 2) continue
    const [rows, columns] = net.shape(producer.outputs[0]!) as [number, number]
    const bias = net.shape(other)
    const fits =
      bias.length <= 2 &&
      (bias.at(-1) === columns || bias.at(-1) === 1 || bias.length === 0) &&
      (bias.length < 2 || bias[0] === 1 || bias[0] === rows)
    if (!fits || constantOf(net, other) === undefined) continue
    const { inputs } = producer
    net.remove(producer)
    net.change(node, { op: 'Gemm', inputs: [inputs[0], inputs[1], other], attrs: { transA: false, transB: false, alpha: 1, beta: 1 } })
    return true
  }
  return false
}
