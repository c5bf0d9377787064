import { type ApplyRangeRule, passToSource } from './range-draft.ts'

/** An operand that nothing else uses takes the range of the result. */
export const backward: ApplyRangeRule = (node, graph) => {
  const range = graph.rangeOf(node.outputs[0]!)
  if (range === undefined || graph.rangeOf(node.inputs[0]!) === undefined) return false
  return passToSource(node.inputs[0]!, range, graph)
}

/** An operand that nothing else uses keeps its least value and takes the largest of the result. */
export const backwardMax: ApplyRangeRule = (node, graph) => {
  const range = graph.rangeOf(node.outputs[0]!)
  const own = graph.rangeOf(node.inputs[0]!)
  if (range === undefined || own === undefined) return false
  return passToSource(node.inputs[0]!, { min: own.min, max: range.max }, graph)
}
