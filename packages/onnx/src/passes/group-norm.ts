import { onlyUser, sameShape } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * A plain InstanceNormalization between a Reshape to `[N, groups, elements]` and the Reshape back is a
 * GroupNormalization, named `<name of the normalization>_r_GroupNorm`: the form in which PyTorch exports its GroupNorm.
 */
export const groupNorm: Rule = (net, node) => {
  const norm = net.producer(node.inputs[0]!)
  const grouped = norm?.op === 'InstanceNormalization' ? net.producer(norm.inputs[0]!) : undefined
  if (norm === undefined || grouped?.op !== 'Reshape' || onlyUser(net, norm) !== node || onlyUser(net, grouped) !== norm) return false
  const [x] = grouped.inputs as [string]
  const [result] = node.outputs as [string]
  const shape = net.shape(x)
  const [batch, groups] = net.shape(grouped.outputs[0]!)
  const isPlain = norm.inputs.slice(1).every((each) => each === undefined)
  const isGrouping = net.shape(grouped.outputs[0]!).length === 3 && batch === shape[0] && shape[1]! % groups! === 0
  if (!isPlain || !isGrouping || !sameShape(shape, net.shape(result)) || net.isOutput(result)) return false
  const name = `${norm.outputs[0]}_r_GroupNorm`
  if (net.has(name)) return false
  net.change(node, { op: 'GroupNormalization', inputs: [x], attrs: { num_groups: groups!, epsilon: norm.attrs['epsilon']! } })
  net.rename(result, name)
  return true
}
