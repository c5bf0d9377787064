import type { Node } from '@q/ir'
import type { GraphDraft } from '@q/ir/graph'
import { elementsAsText } from '../fold/literal.ts'
import { constantOf } from '../net/constants.ts'
import { isFusedRelu } from './fuse-relu.ts'

/** What tells nodes apart: operator, attributes, operands; numbers count by what they are, other constants by their names. */
function contentOf(net: GraphDraft, { op, attrs, inputs, outputs }: Node): string {
  const operands = inputs.map((name) => {
    const known = name === undefined ? undefined : constantOf(net, name)
    return known?.data.length === 1 ? [known.dtype, known.shape, elementsAsText(known)] : name
  })
  return JSON.stringify([op, operands, Object.entries(attrs).sort(([a], [b]) => (a < b ? -1 : 1)), outputs.length])
}

/**
 * Of equal users of a value that stand last among its users, the first is kept: these TPU-MLIR 1.30.2 merges, and equal ones with another user
 * between or behind them it does not. It asks the users the other way round where a ReLU became part of what makes the value.
 *
 * @returns whether there were any
 */
export function mergeLastUsers(net: GraphDraft): boolean {
  let changed = false
  const values = new Set(net.nodes().flatMap(({ inputs }) => inputs))
  for (const value of values) {
    if (value === undefined || !net.has(value) || constantOf(net, value) !== undefined) continue
    const maker = net.producer(value)
    if (isFusedRelu(net, maker)) continue
    const places = maker?.attrs['relu'] === true ? [0, 2] : [-2]
    for (;;) {
      const [first, last] = net.consumers(value).slice(...places)
      if (first === undefined || last === undefined || last.outputs.some((output) => net.isOutput(output))) break
      if (contentOf(net, first) !== contentOf(net, last)) break
      net.remove(last)
      last.outputs.forEach((output, i) => net.redirect(output, first.outputs[i]!))
      changed = true
    }
  }
  return changed
}
