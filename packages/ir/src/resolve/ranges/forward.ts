import { numberOperand } from '../../graph/op-form.ts'
import type { Range } from '../../graph/types.ts'
import { type ApplyRangeRule, passToUsers } from './range-draft.ts'

/**
 * The result takes the range of the (first computed) operand; a product with a number takes it multiplied, one with 0 as it is.
 * Operators that rearrange the result's elements follow one step.
 */
export const forward: ApplyRangeRule = (node, graph) => {
  const number = numberOperand(node, graph.value)
  const source = node.inputs[number === 0 ? 1 : 0]!
  const result = node.outputs[node.op === 'ArgMax' || node.op === 'ArgMin' ? 1 : 0]
  if (result === undefined || !graph.has(result)) return false
  const range = graph.rangeOf(source)
  if (range === undefined || graph.rangeOf(result) === undefined) return false
  const wanted =
    node.op === 'Mul' && number !== undefined ? scaled(range, Number(graph.value(node.inputs[number]!).constant!.data[0]!)) : range
  if (!graph.setRange(result, wanted)) return false
  passToUsers(result, graph)
  return true
}

function scaled({ min, max }: Range, factor: number): Range {
  if (factor === 0) return { min, max }
  return factor > 0 ? { min: min * factor, max: max * factor } : { min: max * factor, max: min * factor }
}
