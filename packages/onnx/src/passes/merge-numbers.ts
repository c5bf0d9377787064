import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import type { Literal } from '../fold/literal.ts'
import { addConstant, addNumber, bypass, constantOf, keepsShape, numberOf, onlyUser } from '../net/constants.ts'
import { jumpsBehind } from '../net/jumps-behind.ts'
import { areMergeable, magnitude, termsAreScalable } from '../net/merged-constants.ts'
import type { Rule } from '../net/rules.ts'
import { noteScaled, noteWithoutTerm } from '../net/scaled-products.ts'

/**
 * Terms of 0 are left out, and factors of 1 and as near to it as makes no difference: TPU-MLIR 1.30.2 does so up to 2e-5 from it. A difference to 0, which is
 * a term of -0, it keeps; and an input is no output.
 */
export const dropUnit: Rule = (net, node) => {
  if (node.attrs['relu'] === true || !keepsShape(net, node, node.inputs[0]!)) return false
  if (net.producer(node.inputs[0]!) === undefined && net.isOutput(node.outputs[0]!)) return false
  const number = numberOf(net, node.inputs[1])
  if (number === undefined || !(node.op === 'Add' ? Object.is(number, 0) : Math.abs(number - 1) <= 1e-5)) return false
  if (node.op === 'Add') noteWithoutTerm(net, node.inputs[0]!)
  bypass(net, node, node.inputs[0]!)
  return true
}

/** Two numbers multiplied in a row are one. */
export const mergeFactors: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  if (producer?.op !== 'Mul' || producer.attrs['relu'] === true || onlyUser(net, producer) !== node) return false
  const [a, b] = [numberOf(net, producer.inputs[1]), numberOf(net, node.inputs[1])]
  if (a === undefined || b === undefined || !areMergeable([a], [b], [a * b]) || jumpsBehind(net, node.outputs[0]!)) return false
  net.change(node, { inputs: [producer.inputs[0], addNumber(net, `${node.outputs[0]}_const`, a * b)] })
  return true
}

/**
 * The constants of a convolution or a product with a constant times a number, or of a product times one for each column; undefined where they are no
 * constants, or would not compute the same `result`: sums of whole numbers are exact, and what rounds them behind the factor tells.
 */
export function scaledConstants(
  net: GraphDraft,
  { inputs }: Node,
  factors: Literal['data'] | readonly number[],
  result: string,
): readonly (Literal | undefined)[] | undefined {
  const constants = inputs.slice(1).map((name) => constantOf(net, name))
  if (inputs.slice(1).some((name, i) => name !== undefined && constants[i] === undefined)) return undefined
  const scaled = constants.map(
    (known) => known && { ...known, data: Float32Array.from(known.data, (each, i) => each * factors[i % factors.length]!) },
  )
  const [[weight, bias], [scaledWeight, scaledBias]] = [constants, scaled]
  if (weight!.data.every(Number.isInteger) && jumpsBehind(net, result)) return undefined
  const isSame = areMergeable(weight!.data, factors, scaledWeight!.data) && termsAreScalable(bias?.data ?? [], [magnitude(weight!.data)])
  return isSame && scaledBias?.data.every(Number.isFinite) !== false ? scaled : undefined
}

/** A number behind a convolution or a product with a constant goes into its constants; the operator takes the name. */
export const factorIntoWeights: Rule = (net, node) => {
  const producer = net.producer(node.inputs[0]!)
  const factor = numberOf(net, node.inputs[1])
  if (factor === undefined || producer === undefined || (producer.op !== 'Conv' && producer.op !== 'MatMul')) return false
  if (producer.attrs['relu'] === true || onlyUser(net, producer) !== node) return false
  const scaled = scaledConstants(net, producer, [factor], node.outputs[0]!)
  if (scaled === undefined) return false
  const inputs = producer.inputs.map((name, i) => {
    const known = i === 0 ? undefined : scaled[i - 1]
    return known === undefined
      ? name
      : addConstant(net, `${producer.outputs[0]}_${i === 1 ? '' : '1_'}_mergeMulConst`, known.shape, known.data)
  })
  const { relu, reluLimit } = node.attrs
  const { outputs } = node
  noteScaled(net, producer, outputs[0]!)
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
  const factor = numberOf(net, node.inputs[1])
  if (move === undefined || producer === undefined || factor === undefined || node.attrs['relu'] === true || onlyUser(net, move) !== node)
    return false
  if ((producer.op !== 'Conv' && producer.op !== 'MatMul') || producer.attrs['relu'] === true || onlyUser(net, producer) !== move)
    return false
  if (scaledConstants(net, producer, [factor], node.outputs[0]!) === undefined) return false
  const [result] = node.outputs as [string]
  const between = net.freshName(`${result}_r_MulOrConv`)
  net.setValue({ ...net.value(producer.outputs[0]!), name: between })
  const scaled = net.add({ op: 'Mul', inputs: [producer.outputs[0], node.inputs[1]], outputs: [between], attrs: {} }, move)
  const { op, attrs } = move
  net.remove(move)
  net.change(node, { op, attrs, inputs: [between] })
  return factorIntoWeights(net, scaled)
}
