import { permuted } from '../fold/literal.ts'
import { addConstant, constantOf, numberOf } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'
import { before } from './arithmetic.ts'

const f = Math.fround

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
  if (known !== undefined && (transB || alpha !== 1)) {
    const turned = transB ? permuted(known, [1, 0]) : known
    b = addConstant(net, `${b}_fix`, turned.shape, alpha === 1 ? turned.data : turned.data.map((each) => f(each * alpha)))
  }
  const bias = constantOf(net, c)
  const columns = net.shape(result)[1]!
  let later: string | undefined
  if (c !== undefined) {
    const single = numberOf(net, c)
    if (bias === undefined || (bias.data.length !== columns && single === undefined)) {
      later = c
      c = undefined
    } else if (beta !== 1 || bias.data.length !== columns) {
      const data = bias.data.length === columns ? bias.data : new Float32Array(columns).fill(single!)
      c = addConstant(
        net,
        `${c}_fix`,
        bias.data.length === columns ? bias.shape : [columns],
        Array.from(data, (each) => f(each * beta)),
      )
    }
  }
  const left = { transA, transB: transB && known === undefined }
  const attrs = { ...(left.transA ? { transA: true } : {}), ...(left.transB ? { transB: true } : {}) }
  const inputs = c === undefined ? [a, b] : [a, b, c]
  const scaled = known === undefined && alpha !== 1
  if (scaled || later !== undefined) {
    let product = before(net, node, `${result}_matmul`, 'MatMul', inputs, result, attrs)
    if (scaled)
      product = before(net, node, `${result}_alpha`, 'Mul', [product, addConstant(net, `${result}_alpha_const`, [1], [alpha])], result)
    if (later !== undefined && beta !== 1)
      later = before(net, node, `${result}_beta`, 'Mul', [later, addConstant(net, `${result}_beta_const`, [1], [beta])], later)
    if (later === undefined) later = addConstant(net, `${result}_zero`, [1], [0])
    net.change(node, { op: 'Add', inputs: [product, later], attrs: {} })
  } else net.change(node, { op: 'MatMul', inputs, attrs })
  return true
}
