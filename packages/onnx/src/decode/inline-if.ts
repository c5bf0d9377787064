import type proto from 'onnx-proto'
import type { Literal } from '../fold/literal.ts'

type NodeProto = proto.onnx.INodeProto
type GraphProto = proto.onnx.IGraphProto

const graphsOf = (node: NodeProto): readonly GraphProto[] =>
  (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g === null || g === undefined ? [] : [g]), ...(graphs ?? [])])

/** Every tensor a node reads: its operands, and what the graphs inside it read from outside. */
export function readBy(node: NodeProto): readonly string[] {
  const inner = graphsOf(node).flatMap((graph) => {
    const own = new Set([...(graph.initializer ?? []), ...(graph.input ?? [])].map(({ name }) => name ?? ''))
    for (const each of graph.node ?? []) for (const output of each.output ?? []) own.add(output)
    const read = [...(graph.node ?? []).flatMap(readBy), ...(graph.output ?? []).map(({ name }) => name ?? '')]
    return read.filter((name) => !own.has(name))
  })
  return [...(node.input ?? []), ...inner]
}

/**
 * The nodes that stand for an If whose condition is known: those of the branch taken, its results under the names of the
 * If's. Exporters write such an If for a Squeeze of an axis whose size they did not know.
 */
export function inlinedIf(node: NodeProto, condition: Literal): readonly NodeProto[] | undefined {
  const wanted = condition.data[0] === 0 ? 'else_branch' : 'then_branch'
  const branch = (node.attribute ?? []).find(({ name }) => name === wanted)?.g
  if (branch === null || branch === undefined) return undefined
  const results = (branch.output ?? []).map(({ name }) => name ?? '')
  const made = new Set((branch.node ?? []).flatMap(({ output }) => output ?? []))
  const names = new Map(results.flatMap((name, i) => (made.has(name) ? [[name, node.output?.[i] ?? ''] as const] : [])))
  const renamed = (name: string): string => names.get(name) ?? name
  return [
    ...(branch.initializer ?? []).map(
      (value): NodeProto => ({ opType: 'Constant', output: [value.name ?? ''], attribute: [{ name: 'value', type: 4, t: value }] }),
    ),
    ...(branch.node ?? []).map(
      (each): NodeProto => ({
        ...each,
        opType: each.opType ?? '',
        domain: each.domain ?? '',
        input: (each.input ?? []).map(renamed),
        output: (each.output ?? []).map(renamed),
        attribute: each.attribute ?? [],
      }),
    ),
    ...results.flatMap((name, i): NodeProto[] =>
      renamed(name) === node.output?.[i] ? [] : [{ opType: 'Identity', input: [renamed(name)], output: [node.output?.[i] ?? ''] }],
    ),
  ]
}
