import type { Graph, Node, Tensor } from '@q/ir'
import { edgesOf } from '@q/ir/graph'
import { isFloat, literalOf } from '../fold/literal.ts'

/** Operators that hand on every element, and keep its value where the result is one of integers. */
const keeping: ReadonlySet<string> = new Set('Cast Expand Flatten Identity Reshape Squeeze Transpose Unsqueeze'.split(' '))

/** Stands for what is asked only whether it is zero: its size is of no interest. */
const onlyTruth = 1

const unknown = Number.POSITIVE_INFINITY

/** What the uses of integers that nodes make tell of their magnitudes: an index lies within what it picks from. Absent where they tell nothing. */
export function boundsOfUses(graph: Graph): ReadonlyMap<string, number> {
  const { consumers } = edgesOf(graph)
  const outputs = new Set(graph.outputs)
  const bounds = new Map<string, number>()
  const typeOf = (name: string) => graph.values.get(name)!.type
  const told = (name: string, { op, inputs, outputs, attrs }: Node): number => {
    const result = outputs[0]!
    const behind = bounds.get(result) ?? unknown
    if (op === 'Gather') {
      const [from, index] = inputs as [string, string]
      return index === name && from !== name ? (typeOf(from).shape.at(Number(attrs['axis'] ?? 0)) ?? unknown) : unknown
    }
    if (op === 'Cast' && typeOf(result).dtype === 'bool') return onlyTruth
    if (keeping.has(op)) return inputs[0] === name && !isFloat(typeOf(result).dtype) ? behind : unknown
    if (op !== 'Add' && op !== 'Sub') return unknown
    const other = inputs.find((each) => each !== name)
    const constant = other === undefined ? undefined : graph.values.get(other)?.constant
    return constant === undefined ? unknown : behind + largestElement(constant)
  }
  for (const node of [...graph.nodes].reverse()) {
    for (const name of node.outputs) {
      if (name === undefined || name === '' || isFloat(typeOf(name).dtype)) continue
      const all = (consumers.get(name) ?? []).map((user) => told(name, user))
      const isTruth = all.length > 0 && all.every((each) => each === onlyTruth) && !outputs.has(name)
      const bound = isTruth ? onlyTruth : Math.min(unknown, ...all.filter((each) => each !== onlyTruth))
      if (bound !== unknown) bounds.set(name, bound)
    }
  }
  return bounds
}

/** The largest magnitude of a constant's elements. */
export function largestElement(constant: Tensor): number {
  let most = 0
  for (const each of literalOf(constant).data) most = Math.max(most, Math.abs(each))
  return most
}
