import { constantOf, isAlongLast, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

/**
 * A constant along the last axis added to a product with a constant is its bias; the product takes the name of the sum.
 * Not for a batch of products: a constant of more than two axes against more than one matrix.
 */
export const matMulBias: Rule = (net, node) => {
  const product = net.producer(node.inputs[0]!)
  const bias = constantOf(net, node.inputs[1])
  if (product?.op !== 'MatMul' || product.inputs[2] !== undefined || product.attrs['relu'] === true || onlyUser(net, product) !== node)
    return false
  const result = net.shape(product.outputs[0]!)
  const columns = result.at(-1)!
  // The rows stand last in a product with a vector.
  if (net.shape(product.inputs[1]!).length === 1) return false
  const matrices = result.slice(0, -2).reduce((count, d) => count * d, 1)
  if (matrices > 1 && net.shape(product.inputs[1]!).length > 2) return false
  if (
    constantOf(net, product.inputs[1]) === undefined ||
    bias === undefined ||
    bias.shape.length > result.length ||
    !isAlongLast(bias.shape, columns)
  )
    return false
  const { inputs, attrs } = product
  const { relu, reluLimit } = node.attrs
  net.remove(product)
  net.change(node, {
    op: 'MatMul',
    inputs: [inputs[0], inputs[1], node.inputs[1]],
    attrs: { ...attrs, ...(relu === undefined ? {} : { relu }), ...(reluLimit === undefined ? {} : { reluLimit }) },
  })
  return true
}
