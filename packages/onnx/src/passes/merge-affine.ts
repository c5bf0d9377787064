import { addConstant, constantOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround

/** Two Affines in a row are one: `(x s1 + b1) s2 + b2 = x (s1 s2) + (b1 s2 + b2)`. */
export const mergeAffines: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== 'Affine' || first.attrs['relu'] === true || onlyUser(net, first) !== node) return false
  const [s1, b1] = first.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  const [s2, b2] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (s1 === undefined || b1 === undefined || s2 === undefined || b2 === undefined) return false
  const name = node.outputs[0]!
  const shape = net.shape(node.inputs[1]!)
  net.change(node, {
    inputs: [
      first.inputs[0],
      addConstant(net, `${name}_merged_scale`, shape, Float32Array.from(s1, (s, i) => s * s2[i]!)),
      addConstant(net, `${name}_merged_bias`, shape, Float32Array.from(b1, (b, i) => f(b * s2[i]!) + b2[i]!)),
    ],
  })
  return true
}
