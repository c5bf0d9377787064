import { addConstant, bypassKeepingOutputs, constantOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround

/**
 * A batch normalization behind a convolution goes into its weights, all in float32, each operation rounded:
 * `s = gamma / sqrt(var + eps)`, `w' = w * s` per output channel, `b' = (b - mean) * s + beta`. Behind a transposed convolution it stays, as in
 * TPU-MLIR 1.30.2.
 */
export const foldBatchNorm: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Conv' || onlyUser(net, producer) !== node) return false
  const weight = constantOf(net, producer.inputs[1])
  const bias = producer.inputs[2] === undefined ? undefined : constantOf(net, producer.inputs[2])
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (weight === undefined || gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return false
  if (producer.inputs[2] !== undefined && bias === undefined) return false
  const epsilon = f(node.attrs['epsilon'] as number)
  const channels = gamma.length
  const scale = Float32Array.from(gamma, (g, i) => f(g / f(Math.sqrt(f(variance[i]! + epsilon)))))
  const inner = weight.data.length / channels
  const folded = Float32Array.from(weight.data, (w, i) => w * scale[Math.floor(i / inner)]!)
  const moved = Float32Array.from(scale, (s, i) => f(f(f((bias?.data[i] ?? 0) - mean[i]!) * s) + beta[i]!))
  if (!folded.every(Number.isFinite) || !moved.every(Number.isFinite)) return false
  const inputs = [
    producer.inputs[0],
    addConstant(net, `${producer.inputs[1]}_bn`, weight.shape, folded),
    addConstant(net, `${producer.inputs[2] ?? producer.inputs[1]}_bn_bias`, [channels], moved),
  ]
  net.change(producer, { inputs })
  bypassKeepingOutputs(net, node, producer.outputs[0]!)
  return true
}
