import { permuted } from '../fold/literal.ts'
import { addConstant, constantOf, isAlongLast, numberOf, reshapedConstant } from '../net/constants.ts'
import { areMergeable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'
import { reshaped } from './arrangement.ts'

const f = Math.fround

/** A product of two vectors has one element, which has an axis: one vector is a matrix, a constant one at once. */
export const vectorProduct: Rule = (net, node) => {
  const [a, b, ...bias] = node.inputs as [string, string]
  const [rows, columns] = [net.shape(a), net.shape(b)]
  if (rows.length !== 1 || columns.length !== 1) return false
  const row = [1, ...rows]
  if (constantOf(net, b) !== undefined) net.change(node, { inputs: [a, reshapedConstant(net, b, [...columns, 1]), ...bias] })
  else if (constantOf(net, a) !== undefined) net.change(node, { inputs: [reshapedConstant(net, a, row), b, ...bias] })
  else net.change(node, { inputs: [reshaped(net, node, `${node.outputs[0]}_reshape`, a, row), b, ...bias] })
  return true
}

/** Gemm is a MatMul with bias: factors and the transposition of a constant go into the constants. */
export const gemm: Rule = (net, node) => {
  const { transA, transB, alpha, beta } = node.attrs as {
    readonly transA: boolean
    readonly transB: boolean
    readonly alpha: number
    readonly beta: number
  }
  let [a, b, c] = node.inputs as [string, string, string | undefined]
  const known = constantOf(net, b)
  const result = node.outputs[0]!
  let scaled = known === undefined && alpha !== 1
  if (known !== undefined && (transB || alpha !== 1)) {
    const turned = transB ? permuted(known, [1, 0]) : known
    const product = turned.data.map((each) => f(each * alpha))
    scaled = !areMergeable(turned.data, [alpha], product)
    if (transB || !scaled) b = addConstant(net, `${b}_fix`, turned.shape, scaled || alpha === 1 ? turned.data : product)
    scaled &&= alpha !== 1
  }
  const bias = constantOf(net, c)
  const columns = net.shape(result)[1]!
  let later: string | undefined
  if (c !== undefined) {
    const single = numberOf(net, c)
    const isBias = bias !== undefined && isAlongLast(bias.shape, columns)
    if (bias !== undefined && (beta !== 1 || (single !== undefined && !isBias))) {
      const data = single === undefined || isBias ? bias.data : new Float32Array(columns).fill(single)
      const shape = single === undefined || isBias ? bias.shape : [columns]
      const scaledBias = Array.from(data, (each) => f(each * beta))
      c = addConstant(net, `${c}_fix`, shape, scaledBias)
    }
    if (scaled || (!isBias && (bias === undefined || single === undefined))) {
      later = c
      c = undefined
    }
  }
  const left = { transA, transB: transB && known === undefined }
  const attrs = { ...(left.transA ? { transA: true } : {}), ...(left.transB ? { transB: true } : {}) }
  const inputs = c === undefined ? [a, b] : [a, b, c]
  if (scaled || later !== undefined) {
    let product = before(net, node, `${result}_matmul`, 'MatMul', inputs, result, attrs)
    if (scaled)
      product = before(net, node, `${result}_alpha`, 'Mul', [product, addConstant(net, `${result}_alpha_const`, [1], [alpha])], result)
    if (later !== undefined && beta !== 1 && bias === undefined)
      later = before(net, node, `${result}_beta`, 'Mul', [later, addConstant(net, `${result}_beta_const`, [1], [beta])], later)
    if (later === undefined) later = addConstant(net, `${result}_zero`, [1], [0])
    net.change(node, { op: 'Add', inputs: [product, later], attrs: {} })
  } else net.change(node, { op: 'MatMul', inputs, attrs })
  return true
}
