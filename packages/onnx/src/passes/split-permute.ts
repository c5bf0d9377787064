import type { Rule } from '../net/rules.ts'

/**
 * A Transpose of five axes none of which stays beside its neighbour is two, as TPU-MLIR 1.30.2 has it: the first brings the axis that follows the outermost one next to it, the
 * second the rest. Axes of one element would leave fewer that move.
 */
export const splitPermute: Rule = (net, node) => {
  const [x] = node.inputs as [string]
  const perm = node.attrs['perm'] as readonly number[]
  const { shape, dtype } = net.value(x).type
  if (perm.length !== 5 || shape.includes(1) || perm.some((axis, i) => i > 0 && axis === perm[i - 1]! + 1)) return false
  const outermost = perm[0]!
  const rest = perm.slice(1)
  const beside = outermost === 4 ? 3 : outermost + 1
  const others = rest.filter((axis) => axis !== beside)
  const first = outermost === 4 ? [beside, outermost, ...others] : [outermost, beside, ...others]
  const name = net.freshName(`${node.outputs[0]}_r_expand0`)
  net.setValue({ name, type: { dtype, shape: first.map((axis) => shape[axis]!) } })
  net.add({ op: 'Transpose', inputs: [x], outputs: [name], attrs: { perm: first } }, node)
  net.change(node, { inputs: [name], attrs: { perm: perm.map((axis) => first.indexOf(axis)) } })
  return true
}
