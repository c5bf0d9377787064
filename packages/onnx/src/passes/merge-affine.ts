import type { Node } from '@q/ir'
import { addConstant, constantOf, numberOf, onlyUser } from '../net/constants.ts'
import { jumpsBehind } from '../net/jumps-behind.ts'
import { areMergeable, magnitude, termsAreMergeable, termsAreScalable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'

/** Two Affines in a row are one: `(x s1 + b1) s2 + b2 = x (s1 s2) + (b1 s2 + b2)`. */
export const mergeAffines: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== 'Affine' || first.attrs['relu'] === true || onlyUser(net, first) !== node || jumpsBehind(net, node.outputs[0]!))
    return false
  const [s1, b1] = first.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  const [s2, b2] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (s1 === undefined || b1 === undefined || s2 === undefined || b2 === undefined) return false
  const scale = Float32Array.from(s1, (s, i) => s * s2[i]!)
  const moved = Float32Array.from(b1, (b, i) => b * s2[i]!)
  const bias = moved.map((b, i) => b + b2[i]!)
  if (!areMergeable(s1, s2, scale) || !termsAreScalable(b1, s1) || !termsAreMergeable(moved, bias, scale)) return false
  const name = node.outputs[0]!
  const shape = [1, s1.length]
  const inputs = [
    first.inputs[0],
    addConstant(net, `${name}_merged_scale`, shape, scale),
    addConstant(net, `${name}_merged_bias`, shape, bias),
  ]
  net.change(node, { inputs })
  return true
}

/** An Affine behind a product of two axes with a constant goes into its constants. */
export const affineIntoMatMul: Rule = (net, node) => {
  const product = net.producer(node.inputs[0]!)
  if (
    product?.op !== 'MatMul' ||
    product.attrs['relu'] === true ||
    onlyUser(net, product) !== node ||
    net.shape(node.inputs[0]!).length !== 2
  )
    return false
  if (product.attrs['transB'] === true) return false
  const weight = constantOf(net, product.inputs[1])
  const before = product.inputs[2] === undefined ? undefined : constantOf(net, product.inputs[2])?.data
  const [scale, bias] = node.inputs.slice(1).map((name) => constantOf(net, name)?.data)
  if (weight?.shape.length !== 2 || scale === undefined || bias === undefined || (product.inputs[2] !== undefined && before === undefined))
    return false
  const columns = weight.shape[1]!
  const scaled = Float32Array.from(weight.data, (w, i) => w * scale[i % columns]!)
  const moved = Float32Array.from(bias, (_, i) => (before?.[i] ?? 0) * scale[i]!)
  const sums = moved.map((b, i) => b + bias[i]!)
  const most = magnitude(weight.data)
  const factors = Float32Array.from(scale, (s) => s * most)
  if (!areMergeable(weight.data, scale, scaled) || !termsAreScalable(before ?? [], [most]) || !termsAreMergeable(moved, sums, factors))
    return false
  const name = product.outputs[0]!
  const {
    outputs,
    attrs: { relu, reluLimit },
  } = node
  net.remove(node)
  net.change(product, {
    outputs,
    inputs: [
      product.inputs[0],
      addConstant(net, `${name}_merged_scale_to_matmul`, weight.shape, scaled),
      addConstant(net, `${name}_merged_bias_to_matmul`, [columns], sums),
    ],
    attrs: { ...product.attrs, ...(relu === undefined ? {} : { relu }), ...(reluLimit === undefined ? {} : { reluLimit }) },
  })
  return true
}

/** A number multiplied or added in front of an Affine goes into it. */
export const numbersIntoAffine: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  const number = first?.op === 'Mul' || first?.op === 'Add' ? numberOf(net, first.inputs[1]) : undefined
  if (
    first === undefined ||
    number === undefined ||
    first.attrs['relu'] === true ||
    onlyUser(net, first) !== node ||
    jumpsBehind(net, node.outputs[0]!)
  )
    return false
  const [scale, bias] = node.inputs.slice(1).map((name) => constantOf(net, name))
  if (scale === undefined || bias === undefined) return false
  const name = node.outputs[0]!
  const scaled = Float32Array.from(scale.data, (s) => s * number)
  let inputs: Node['inputs']
  if (first.op === 'Mul') {
    if (!areMergeable(scale.data, [number], scaled)) return false
    inputs = [first.inputs[0], addConstant(net, `${name}_constbinary_merged_to_scale`, scale.shape, scaled), node.inputs[2]]
  } else {
    const sums = scaled.map((s, i) => s + bias.data[i]!)
    if (!termsAreScalable([number], [1]) || !termsAreMergeable(scaled, sums, scale.data)) return false
    inputs = [first.inputs[0], node.inputs[1], addConstant(net, `${name}_constbinary_merged_to_bias`, bias.shape, sums)]
  }
  net.change(node, { inputs })
  return true
}
