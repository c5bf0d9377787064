import { addConstant, addNumber, bypass, constantOf, keepsShape, numberOf, onlyUser } from '../net/constants.ts'
import type { Rule } from '../net/rules.ts'

const f = Math.fround

/** Factors of 1 and terms of 0 are left out. */
export const dropUnit: Rule = (net, node) => {
  if (node.attrs['relu'] === true || net.producer(node.inputs[0]!) === undefined || !keepsShape(net, node, node.inputs[0]!)) return false
  const number = numberOf(net, node.inputs[1])
  if (number === undefined || (node.op === 'Add' ? number !== 0 : Math.abs(number - 1) >= 2e-5)) return false
  bypass(net, node, node.inputs[0]!)
  return true
}

/** Two numbers multiplied in a row are one. */
export const mergeFactors: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Mul' || producer.attrs['relu'] === true || onlyUser(net, producer) !== node) return false
  const [a, b] = [numberOf(net, producer.inputs[1]), numberOf(net, node.inputs[1])]
  if (a === undefined || b === undefined) return false
  net.change(node, { inputs: [producer.inputs[0], addNumber(net, `${node.outputs[0]}_const`, a * b)] })
  return true
}

/** A number behind a convolution or a product with a constant goes into its constants; the operator takes the name. */
export const factorIntoWeights: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  const factor = numberOf(net, node.inputs[1])
  if (factor === undefined || producer === undefined || (producer.op !== 'Conv' && producer.op !== 'MatMul')) return false
  if (producer.attrs['relu'] === true || onlyUser(net, producer) !== node) return false
  const constants = producer.inputs.slice(1).map((name) => constantOf(net, name))
  if (producer.inputs.slice(1).some((name, i) => name !== undefined && constants[i] === undefined)) return false
  const inputs = producer.inputs.map((name, i) => {
    const known = i === 0 ? undefined : constants[i - 1]
    return known === undefined
      ? name
      : addConstant(
          net,
          `${producer.outputs[0]}_${i === 1 ? '' : '1_'}_mergeMulConst`,
          known.shape,
          Float32Array.from(known.data, (each) => f(each * factor)),
        )
  })
  const { relu, reluLimit } = node.attrs
  const { outputs } = node
  net.remove(node)
  net.change(producer, {
    inputs,
    outputs,
    attrs: { ...producer.attrs, ...(relu === undefined ? {} : { relu }), ...(reluLimit === undefined ? {} : { reluLimit }) },
  })
  return true
}

/** A number behind a Reshape of a convolution or product with a constant goes into its constants too; the Reshape takes the name. */
export const factorThroughReshape: Rule = (net, node) => {
  const move = net.producer(node.inputs[0]!)
  const producer = move?.op === 'Reshape' ? net.producer(move.inputs[0]!) : undefined
  if (
    move === undefined ||
    producer === undefined ||
    numberOf(net, node.inputs[1]) === undefined ||
    node.attrs['relu'] === true ||
    onlyUser(net, move) !== node
  )
    return false
  if ((producer.op !== 'Conv' && producer.op !== 'MatMul') || producer.attrs['relu'] === true || onlyUser(net, producer) !== move)
    return false
  if (producer.inputs.slice(1).some((name) => name !== undefined && constantOf(net, name) === undefined)) return false
  const [result] = node.outputs as [string]
  const between = net.freshName(`${result}_r_MulOrConv`)
  net.setValue({ ...net.value(producer.outputs[0]!), name: between })
  const scaled = net.add({ op: 'Mul', inputs: [producer.outputs[0], node.inputs[1]], outputs: [between], attrs: {} }, move)
  const { op, attrs } = move
  net.remove(move)
  net.change(node, { op, attrs, inputs: [between] })
  return factorIntoWeights(net, scaled)
}
