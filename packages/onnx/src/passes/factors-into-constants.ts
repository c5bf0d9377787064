import { elementCount } from '@q/ir'
import { addConstant, constantOf, isAlongLast, numberOf, onlyUser } from '../net/constants.ts'
import { areMergeable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'
import { noteScaled } from '../net/scaled-products.ts'
import { scaledConstants } from './merge-numbers.ts'

/** Axes of the results that TPU-MLIR 1.30.2 takes factors of columns into. */
const axesOfScaled = 3

/**
 * A factor for each column behind a product with a constant matrix goes into the matrix and the bias; the product takes the name. A ReLU in between stays
 * one where no factor is negative.
 */
export const factorsIntoColumns: Rule = (net, node) => {
  const [x, by] = node.inputs as [string, string]
  const producer = net.producer(x)
  const factors = constantOf(net, by)
  const shape = net.shape(x)
  if (producer?.op !== 'MatMul' || factors === undefined || shape.length !== axesOfScaled || onlyUser(net, producer) !== node) return false
  const columns = shape.at(-1)!
  if (factors.shape.length > shape.length || !isAlongLast(factors.shape, columns)) return false
  const [, weightName, biasName] = producer.inputs as [string, string, string?]
  const [weight, bias] = [constantOf(net, weightName), constantOf(net, biasName)]
  if (weight?.shape.length !== 2 || weight.shape[1] !== columns) return false
  if (biasName !== undefined && (bias === undefined || elementCount(bias.shape) !== columns)) return false
  const isBetween = producer.attrs['relu'] === true
  if (isBetween && (producer.attrs['reluLimit'] !== undefined || factors.data.some((each) => each < 0))) return false
  const [matrix, terms] = scaledConstants(net, producer, factors.data, node.outputs[0]!) ?? []
  if (matrix === undefined) return false
  const [product] = producer.outputs as [string]
  const inputs = [producer.inputs[0], addConstant(net, `${product}_${node.outputs[0]}`, matrix.shape, matrix.data)]
  if (terms !== undefined) inputs.push(addConstant(net, `${product}_${biasName}_merged`, terms.shape, terms.data))
  const { outputs, attrs } = node
  noteScaled(net, producer, outputs[0]!)
  net.remove(node)
  net.change(producer, { inputs, outputs, attrs: { ...producer.attrs, ...attrs } })
  return true
}

/** A number behind a Gather of a constant table goes into the table; the Gather takes the name. */
export const factorIntoTable: Rule = (net, node) => {
  const [x, by] = node.inputs as [string, string]
  const producer = net.producer(x)
  const factor = numberOf(net, by)
  if (producer?.op !== 'Gather' || factor === undefined || node.attrs['relu'] === true || onlyUser(net, producer) !== node) return false
  const user = onlyUser(net, node)
  // Numbers in a row are one before they go into the table.
  if (user?.op === 'Mul' && numberOf(net, user.inputs[1]) !== undefined) return false
  const table = constantOf(net, producer.inputs[0])
  if (table === undefined || table.dtype !== 'f32') return false
  const scaled = Float32Array.from(table.data, (each) => each * factor)
  if (!areMergeable(table.data, [factor], scaled)) return false
  const merged = addConstant(net, `${producer.outputs[0]}_merge_mulconst`, table.shape, scaled)
  const { outputs } = node
  net.remove(node)
  net.change(producer, { inputs: [merged, ...producer.inputs.slice(1)], outputs })
  return true
}
