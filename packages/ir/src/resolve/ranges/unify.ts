import type { Range } from '../../graph/types.ts'
import { type ApplyRangeRule, isSigned, passThroughMaker, passToSource, sameRange } from './range-draft.ts'

/**
 * Operands that nothing but this operator (and max pools) uses take the range of the result, so that joining needs no
 * arithmetic. Operands that agree already give theirs to the result. A Concat only joins operands of one sign.
 */
export const unifyOperands: ApplyRangeRule = (node, graph) => {
  const result = node.outputs[0]!
  const to = graph.rangeOf(result)
  const ranges: Range[] = []
  for (const name of node.inputs) {
    const range = graph.rangeOf(name!)
    const users = graph.consumers(name!)
    if (range === undefined || graph.isOutput(name!)) return false
    if (!users.every((user) => user === node || user.outputs[0] === result || user.op === 'MaxPool')) return false
    ranges.push(range)
  }
  if (to === undefined || ranges.length === 0) return false
  if (node.op === 'Concat' && ranges.some((range) => isSigned(range) !== isSigned(ranges[0]!))) return false
  if (ranges.every((range) => sameRange(range, ranges[0]))) return graph.setRange(result, ranges[0]!)
  let changed = false
  for (const name of node.inputs) {
    if (sameRange(graph.rangeOf(name!), to)) continue
    changed = graph.setRange(name!, to) || changed
    const maker = graph.producer(name!)
    if (maker !== undefined) passThroughMaker(maker, to, graph)
  }
  return changed
}

/** Products used only by one sum take the range of the sum. */
export const sumOfProducts: ApplyRangeRule = (node, graph) => {
  const to = graph.rangeOf(node.outputs[0]!)
  if (to === undefined) return false
  const products = node.inputs.every((name) => {
    const maker = graph.producer(name!)
    return maker !== undefined && graph.form(maker) === 'Mul' && graph.useCount(name!) === 1 && graph.rangeOf(name!) !== undefined
  })
  if (!products) return false
  let changed = false
  for (const name of node.inputs) changed = passToSource(name!, to, graph) || changed
  return changed
}

/** Both operands of a comparison take the range that covers both. */
export const unifyComparison: ApplyRangeRule = (node, graph) => {
  const [a, b] = node.inputs.map((name) => graph.rangeOf(name!))
  if (a === undefined || b === undefined) return false
  const both = { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
  const changed = graph.setRange(node.inputs[0]!, both)
  return graph.setRange(node.inputs[1]!, both) || changed
}

/**
 * The result of a selection covers the numbers among its branches, with a sign where one beyond it is negative, and gives its range to the computed branches, whoever
 * else uses them. (Selections that share a branch never agree: the one visited last, the first of the graph, wins.)
 */
export const coverConstants: ApplyRangeRule = (node, graph) => {
  const result = node.outputs[0]!
  const before = graph.rangeOf(result)
  if (before === undefined) return false
  const branches = node.inputs.slice(1).map((name) => name!)
  const numbers = branches.flatMap((name) => {
    const { constant } = graph.value(name)
    return constant !== undefined && constant.data.length === 1 ? [Number(constant.data[0])] : []
  })
  const largest = Math.max(...numbers.map(Math.abs))
  const needsSign = isSigned(before) || numbers.some((number) => number < 0)
  const range = largest > before.max ? { min: needsSign ? -0.1 * largest : before.min, max: largest } : before
  let changed = graph.setRange(result, range)
  if (graph.isFloat(result)) return changed
  for (const name of branches) {
    if (graph.rangeOf(name) !== undefined) changed = graph.setRange(name, range) || changed
  }
  return changed
}
