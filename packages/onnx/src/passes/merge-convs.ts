import type { Node } from '@q/ir'
import type { Literal } from '../fold/literal.ts'
import { addConstant, constantOf, onlyUser } from '../net/constants.ts'
import { areMergeable, magnitude, termsAreMergeable, termsAreScalable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround
const all = (node: Node, name: string, value: number): boolean =>
  ((node.attrs[name] as readonly number[] | undefined) ?? []).every((each) => each === value)

/**
 * A linear 1x1 convolution in front of another is part of it. All float32, summed in the order of the middle channel, each
 * product and each sum rounded: `W'[o,i] = sum W2[o,k] W1[k,i]`, `b'[o] = (sum W2[o,k] b1[k]) + b2[o]`.
 */
export const mergeConvs: Rule = (net, node) => {
  const first = net.producer(node.inputs[0]!)
  if (first?.op !== 'Conv' || onlyUser(net, first) !== node || first.attrs['relu'] === true) return false
  for (const conv of [first, node]) {
    const kernel = net.shape(conv.inputs[1]!).slice(2)
    if (
      kernel.length !== 2 ||
      kernel.some((d) => d !== 1) ||
      conv.attrs['group'] !== 1 ||
      !all(conv, 'strides', 1) ||
      !all(conv, 'pads', 0)
    )
      return false
  }
  const [w1, w2] = [constantOf(net, first.inputs[1]), constantOf(net, node.inputs[1])]
  const [b1, b2] = [constantOf(net, first.inputs[2]), constantOf(net, node.inputs[2])]
  if (w1 === undefined || w2 === undefined) return false
  const [outer, middle, inner] = [w2.shape[0]!, w1.shape[0]!, w1.shape[1]!]
  const weight = new Float32Array(outer * inner)
  const bias = new Float32Array(outer)
  for (let o = 0; o < outer; o++) {
    const factors = w2.data.subarray(o * middle, (o + 1) * middle) as Float32Array
    addRows(weight.subarray(o * inner, (o + 1) * inner), factors, w1.data as Float32Array)
    if (b1 !== undefined) addRows(bias.subarray(o, o + 1), factors, b1.data as Float32Array)
    if (b2 !== undefined) bias[o] = bias[o]! + b2.data[o]!
  }
  const moved = Float32Array.from(bias, (_, o) => magnitude((b1?.data ?? new Float32Array()).map((b, k) => b * w2.data[o * middle + k]!)))
  const rows = (of: Literal['data']): Float32Array =>
    Float32Array.from({ length: of.length / inner }, (_, row) => magnitude(of.subarray(row * inner, (row + 1) * inner)))
  if (
    !areMergeable(w1.data, w2.data, weight) ||
    !termsAreScalable(b1?.data ?? [], rows(w1.data)) ||
    !termsAreMergeable(moved, bias, rows(weight))
  )
    return false
  const name = node.outputs[0]!
  const merged = addConstant(net, `${name}_merge_filter_weight`, [outer, inner, 1, 1], weight)
  const inputs =
    b1 === undefined && b2 === undefined
      ? [first.inputs[0], merged]
      : [first.inputs[0], merged, addConstant(net, `${name}_merge_bias_weight`, [outer], bias)]
  net.change(node, { inputs })
  return true
}

/** Adds `factors[k] * rows[k]` to `sum` for every `k` in order, each product and sum rounded; eight rows at a time, for speed. */
function addRows(sum: Float32Array, factors: Float32Array, rows: Float32Array): void {
  const n = sum.length
  let k = 0
  for (; k + 8 <= factors.length; k += 8) {
    const [f0, f1, f2, f3, f4, f5, f6, f7] = factors.subarray(k, k + 8) as unknown as readonly [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const at = k * n
    for (let i = 0; i < n; i++) {
      let total = sum[i]!
      total = f(total + f(f0 * rows[at + i]!))
      total = f(total + f(f1 * rows[at + n + i]!))
      total = f(total + f(f2 * rows[at + 2 * n + i]!))
      total = f(total + f(f3 * rows[at + 3 * n + i]!))
      total = f(total + f(f4 * rows[at + 4 * n + i]!))
      total = f(total + f(f5 * rows[at + 5 * n + i]!))
      total = f(total + f(f6 * rows[at + 6 * n + i]!))
      total = f(total + f(f7 * rows[at + 7 * n + i]!))
      sum[i] = total
    }
  }
  for (; k < factors.length; k++) {
    for (let i = 0; i < n; i++) sum[i] = sum[i]! + f(factors[k]! * rows[k * n + i]!)
  }
}
