import { numberOperand } from '../../graph/op-form.ts'
import { type ApplyRangeRule, isSigned, passToUsers } from './range-draft.ts'

/** The least value given to a range that has to become signed: a tenth of the largest, negative. */
const float32Tenth = (max: number): number => Math.fround(-0.1 * max)

const pooling = ['AveragePool', 'MaxPool', 'Abs']

/** The result of a pool is signed exactly when its operand is. */
export const keepSign: ApplyRangeRule = (node, graph) => {
  const result = node.outputs[0]!
  const from = graph.rangeOf(node.inputs[0]!)
  const to = graph.rangeOf(result)
  if (from === undefined || to === undefined || isSigned(from) === isSigned(to)) return false
  graph.setRange(result, { min: isSigned(from) ? float32Tenth(to.max) : 0, max: to.max })
  passToUsers(result, graph, pooling)
  return true
}

/**
 * A sum that cannot be negative is not signed; a sum of unsigned numbers with a negative constant is signed, and so is a
 * difference with a number.
 */
export const sumSign: ApplyRangeRule = (node, graph) => {
  const number = numberOperand(node, graph.value)
  const result = node.outputs[0]!
  const to = graph.rangeOf(result)
  if (to === undefined) return false
  if (number !== undefined) {
    const from = graph.rangeOf(node.inputs[1 - number]!)
    if (from === undefined || isSigned(from) || isSigned(to)) return false
    const constant = Number(graph.value(node.inputs[number]!).constant!.data[0]!)
    if (node.op === 'Add' && constant >= 0) return false
    return graph.setRange(result, { min: -0.1 * to.max, max: to.max })
  }
  if (node.op !== 'Add' || !isSigned(to)) return false
  for (const name of node.inputs) {
    const from = graph.rangeOf(name!)
    if (from === undefined || isSigned(from) || from.max < 0) return false
  }
  graph.setRange(result, { min: 0, max: to.max })
  passToUsers(result, graph)
  return true
}

/** A difference is signed. */
export const differenceSign: ApplyRangeRule = (node, graph) => {
  const to = graph.rangeOf(node.outputs[0]!)
  if (to === undefined || isSigned(to)) return false
  return graph.setRange(node.outputs[0]!, { min: -0.1 * to.max, max: to.max })
}

/** A product has the sign of its first operand: the operands are swapped, or the result becomes signed. */
export const productSign: ApplyRangeRule = (node, graph) => {
  if (node.inputs.length !== 2) return false
  const [a, b] = node.inputs.map((name) => graph.rangeOf(name!))
  const to = graph.rangeOf(node.outputs[0]!)
  if (a === undefined || b === undefined || to === undefined || isSigned(a) === isSigned(to)) return false
  if (isSigned(b) === isSigned(to)) {
    graph.swapOperands(node)
    return true
  }
  if (!isSigned(a)) return false
  return graph.setRange(node.outputs[0]!, { min: float32Tenth(to.max), max: to.max })
}
