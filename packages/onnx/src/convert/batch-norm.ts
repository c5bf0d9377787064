import { addConstant, constantOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/** A batch normalization that stays is one factor `gamma / sqrt(var + eps)` and one term `beta - mean * factor` per channel. */
export const batchNorm: Rule = (net, node) => {
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined) return false
  const epsilon = node.attrs['epsilon'] as number
  const channels = gamma.length
  const scale = Float32Array.from(gamma, (g, i) => g / Math.sqrt(variance[i]! + epsilon))
  const bias = Float32Array.from(scale, (s, i) => beta[i]! - Math.fround(mean[i]! * s))
  const shape = [1, channels]
  net.change(node, {
    op: 'Affine',
    attrs: {},
    inputs: [
      node.inputs[0],
      addConstant(net, `${node.outputs[0]}_scale`, shape, scale),
      addConstant(net, `${node.outputs[0]}_bias`, shape, bias),
    ],
  })
  return true
}
