import type { OpForm } from '../../graph/op-form.ts'
import type { Node, Range, Value } from '../../graph/types.ts'

/** A range rule: changes ranges around one node and says whether it did. */
export type ApplyRangeRule = (node: Node, graph: RangeDraft) => boolean

/** The float graph as the range rules see it: structure that stays, ranges and the order of operands that change. */
export interface RangeDraft {
  rangeOf(name: string): Range | undefined
  /** @returns whether the value had another range before */
  setRange(name: string, range: Range): boolean
  /** Exchanges the two operands of a node. */
  swapOperands(node: Node): void
  value(name: string): Value
  has(name: string): boolean
  producer(name: string): Node | undefined
  consumers(name: string): readonly Node[]
  useCount(name: string): number
  isOutput(name: string): boolean
  /** Whether the plan in effect keeps a layer in a float mode. */
  isFloat(layer: string): boolean
  form(node: Node): OpForm
}

/** Whether both are absent or have equal bounds. The sign of zero counts: it is printed. */
export const sameRange = (a: Range | undefined, b: Range | undefined): boolean => Object.is(a?.min, b?.min) && Object.is(a?.max, b?.max)

/** Whether a range has negative numbers. */
export const isSigned = (range: Range): boolean => range.min < 0

/** Operators that only rearrange elements: a changed range walks one step through them. */
const rearranging: readonly string[] = ['Reshape', 'Transpose']

/** Operators beside a rule's node whose ranges it may change or look at, whatever rules they have themselves. */
export const carriesRanges: readonly string[] = [...rearranging, 'DepthToSpace', 'AveragePool', 'MaxPool', 'Abs']

/** Gives the range of `name` to the results of the rearranging operators (and of `more`) that use it. */
export function passToUsers(name: string, graph: RangeDraft, more: readonly string[] = []): void {
  const range = graph.rangeOf(name)
  if (range === undefined) return
  for (const user of graph.consumers(name)) {
    if ((rearranging.includes(user.op) || more.includes(user.op)) && graph.rangeOf(user.outputs[0]!) !== undefined) {
      graph.setRange(user.outputs[0]!, range)
    }
  }
}

/** Gives a range to the operand of a rearranging operator, when nothing else uses that operand. */
export function passThroughMaker(maker: Node, range: Range, graph: RangeDraft): void {
  const source = maker.inputs[0]
  if (source === undefined || ![...rearranging, 'DepthToSpace'].includes(maker.op)) return
  if (graph.useCount(source) === 1 && graph.rangeOf(source) !== undefined) graph.setRange(source, range)
}

/** Gives a range to a value that is used once, and one step further back when a rearranging operator makes it. */
export function passToSource(name: string, range: Range, graph: RangeDraft): boolean {
  if (graph.rangeOf(name) === undefined || graph.useCount(name) !== 1) return false
  const changed = graph.setRange(name, range)
  const maker = graph.producer(name)
  if (changed && maker !== undefined) passThroughMaker(maker, range, graph)
  return changed
}
