import { addConstant, bypassKeepingOutputs, constantOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround

/**
 * A batch normalization behind a convolution goes into its weights, all in float32, each operation rounded:
 * `s = gamma / sqrt(var + eps)`, `w' = w * s` per output channel, `b' = (b - mean) * s + beta`.
 */
export const foldBatchNorm: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer === undefined || (producer.op !== 'Conv' && producer.op !== 'ConvTranspose') || onlyUser(net, producer) !== node)
    return false
  const weight = constantOf(net, producer.inputs[1])
  const bias = producer.inputs[2] === undefined ? undefined : constantOf(net, producer.inputs[2])
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (weight === undefined || gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return false
  if (producer.inputs[2] !== undefined && bias === undefined) return false
  const group = (producer.attrs['group'] as number | undefined) ?? 1
  const epsilon = f(node.attrs['epsilon'] as number)
  const channels = gamma.length
  const scale = Float32Array.from(gamma, (g, i) => f(g / f(Math.sqrt(f(variance[i]! + epsilon)))))
  const transposed = producer.op === 'ConvTranspose'
  const perGroup = transposed ? weight.shape[1]! : channels
  const inner = weight.data.length / (weight.shape[0]! * (transposed ? weight.shape[1]! : 1))
  const inputsPerGroup = weight.shape[0]! / group
  const folded = new Float32Array(weight.data.length)
  for (let i = 0; i < folded.length; i++) {
    const block = Math.floor(i / inner)
    const channel = transposed ? Math.floor(Math.floor(block / perGroup) / inputsPerGroup) * perGroup + (block % perGroup) : block
    folded[i] = weight.data[i]! * scale[channel]!
  }
  const moved = Float32Array.from(scale, (s, i) => f(f(f((bias?.data[i] ?? 0) - mean[i]!) * s) + beta[i]!))
  const inputs = [
    producer.inputs[0],
    addConstant(net, `${producer.inputs[1]}_bn`, weight.shape, folded),
    addConstant(net, `${producer.inputs[2] ?? producer.inputs[1]}_bn_bias`, [channels], moved),
  ]
  net.change(producer, { inputs })
  bypassKeepingOutputs(net, node, producer.outputs[0]!)
  return true
}
